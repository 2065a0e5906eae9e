/** Shows pushes while no window of Plait does, takes them down once they are read, and opens the conversation. Served at
 *  /service_worker.js, so that it is for the whole site. Keeps nothing and fetches nothing. */

const TAG = "conversation:";
const ICON = "/static/images/plait.svg";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let said;
  try {
    said = event.data?.json();
  } catch {
    return;
  }
  if (said?.event === "message") event.waitUntil(show(said));
  else if (said?.event === "remove") event.waitUntil(remove(said.zulip_message_ids.split(",").map(Number)));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.link ?? "/"));
});

async function show(said) {
  const tag = TAG + said.conversation;
  const [before] = await self.registration.getNotifications({ tag });
  const ids = [...(before?.data?.ids ?? []), said.zulip_message_id];
  const alone = said.recipient_type === "private" && said.title === said.sender_full_name;
  await self.registration.showNotification(said.title, {
    body: alone ? said.content : `${said.sender_full_name}: ${said.content}`,
    tag,
    renotify: true,
    icon: ICON,
    badge: ICON,
    timestamp: said.time * 1000,
    data: { link: said.link, ids },
  });
}

// A notification goes when all it stands for has been read.
async function remove(read) {
  for (const notification of await self.registration.getNotifications()) {
    const rest = (notification.data?.ids ?? []).filter((id) => !read.includes(id));
    if (rest.length === 0) notification.close();
    else if (notification.data) notification.data.ids = rest;
  }
}

async function open(link) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const shown = windows.find((client) => new URL(client.url).pathname === "/");
  if (!shown) return self.clients.openWindow(link);
  await shown.focus();
  shown.postMessage({ type: "open", link });
}
