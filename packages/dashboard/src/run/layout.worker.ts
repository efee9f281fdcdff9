import { layout, type LayoutAsk } from "./layout.ts";

self.addEventListener("message", (message: MessageEvent<LayoutAsk>) => {
  // A worker's messages go to the page that made it, and to nobody else.
  self.postMessage(layout(message.data), { transfer: [] });
});
