/* Hands an order to WeChat's own script. What it answers only decides what is said here: whether it was paid, the next
   page asks the provider. */

const box = document.querySelector("[data-wechat]");
const again = box.querySelector("[data-again]");
const other = document.querySelector("[data-other]");
const WAIT = 5000;
const DONE = "get_brand_wcpay_request:ok";
const CANCEL = "get_brand_wcpay_request:cancel";

const say = (which) => {
  for (const line of box.querySelectorAll("[data-said]")) line.hidden = line.dataset.said !== which;
  again.hidden = which === "opening";
  other.hidden = which !== "fail";
};

const open = () => {
  say("opening");
  window.WeixinJSBridge.invoke("getBrandWCPayRequest", JSON.parse(box.dataset.wechat), (answer) => {
    if (answer.err_msg === DONE) window.location.replace(box.dataset.back);
    else say(answer.err_msg === CANCEL ? "cancel" : "fail");
  });
};

/* WeChat puts its script in after the page: wait for it, and say so where it does not come. */
let waiting = 0;
const ready = () => {
  clearTimeout(waiting);
  open();
};
const start = () => {
  if (window.WeixinJSBridge) return open();
  say("opening");
  document.addEventListener("WeixinJSBridgeReady", ready, { once: true });
  waiting = setTimeout(() => {
    document.removeEventListener("WeixinJSBridgeReady", ready);
    say("absent");
  }, WAIT);
};
again.addEventListener("click", start);
start();
