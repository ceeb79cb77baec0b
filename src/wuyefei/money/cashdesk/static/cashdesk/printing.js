/* Receipts are printed from a hidden frame, so that the desk stays where it is; where the browser cannot, in a tab.
   While it prints, the browser takes in what is typed but tells no script: wy:printed says when to look again. */

let last = "";
let frame = null;

export const remember = (address) => { if (address) last = address; };
export const lastAddress = () => last;

export const print = (address) => {
  if (!address) return;
  last = address;
  if (navigator.pdfViewerEnabled === false) {
    window.open(address, "_blank", "noopener");
    return;
  }
  frame?.remove();
  frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = "";
  frame.setAttribute("aria-hidden", "true");
  frame.addEventListener("load", () => {
    try {
      frame.contentWindow.print();
    } catch {
      window.open(address, "_blank", "noopener");
    } finally {
      setTimeout(() => document.dispatchEvent(new Event("wy:printed")));  // runs when scripts run again
    }
  }, { once: true });
  frame.src = address;
  document.body.append(frame);
};
