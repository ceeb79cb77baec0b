/* What WeChat puts into pages opened inside it, as far as paying needs it: opens the mock wallet. */
window.WeixinJSBridge = {
  invoke(name, params, done) {
    if (name !== "getBrandWCPayRequest") return done({ err_msg: "system:function_not_exist" });
    const back = document.querySelector("[data-wechat]").dataset.back;
    window.location.href = `/sandbox/jsapi?${new URLSearchParams({ ...params, back })}`;
  },
};
document.dispatchEvent(new Event("WeixinJSBridgeReady"));
