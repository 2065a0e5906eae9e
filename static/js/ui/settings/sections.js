/** The sections of the settings dialog, in their order. To add one: a module with a class that has `template()`, and a
 *  line here. A section is made anew each time it is opened; `app.panes.overlay.invalidate()` draws it again.
 *
 *  `id` is its address (`#settings/ID`); `group` is the heading it stands under; `shown(app)` may keep it from people it
 *  is not for. */

import { t } from "../../lib/i18n.js";
import { BotsSection } from "../bots_panel.js";
import { Account } from "./account.js";
import { NotificationSettings } from "./notifications.js";
import { Organisation } from "./organisation.js";
import { People } from "./people.js";
import { Preferences } from "./preferences.js";
import { Profile } from "./profile.js";

const everyone = () => true;

export const SECTIONS = [
  { id: "profile", group: t("You"), icon: "user", label: t("Profile"), make: Profile, shown: everyone },
  { id: "preferences", group: t("You"), icon: "sliders-horizontal", label: t("Preferences"), make: Preferences, shown: everyone },
  { id: "notifications", group: t("You"), icon: "bell", label: t("Notifications"), make: NotificationSettings, shown: everyone },
  { id: "account", group: t("You"), icon: "shield", label: t("Account and security"), make: Account, shown: everyone },
  { id: "people", group: t("Organisation"), icon: "users", label: t("People"), make: People, shown: (app) => app.model.people.me?.role < 600 },
  { id: "organisation", group: t("Organisation"), icon: "layers", label: t("Organisation"), make: Organisation, shown: (app) => app.model.people.me?.role <= 200 },
  { id: "bots", group: t("Programs"), icon: "bot", label: t("Bots"), make: BotsSection, shown: (app) => app.model.people.me?.role < 600 },
];
