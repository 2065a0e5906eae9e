/** Light, dark or high contrast, as chosen or as the system has it. */

export function showTheme(root, theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
}
