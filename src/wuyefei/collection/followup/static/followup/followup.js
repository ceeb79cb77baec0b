/* A form that survives a lost connection: what is sent without a network stays on this device under the form's own key and
   is sent once the network is back. The server logs a key once, so sending twice does no harm.                          */

const PREFIX = "wy-keep-";
const store = {
  get: (key) => { try { return JSON.parse(localStorage.getItem(PREFIX + key) ?? "null"); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(PREFIX + key, JSON.stringify(value)); return true; } catch { return false; } },
  drop: (key) => { try { localStorage.removeItem(PREFIX + key); } catch { /* private window */ } },
};

const say = (form, text) => {
  const note = form.querySelector("[data-kept]");
  note.textContent = text;
  note.hidden = !text;
  if (text) note.scrollIntoView({ block: "nearest" }); // on a phone the button is a screen below the note
};

const send = async (form, body) => {
  const answer = await fetch(form.action, {
    method: "POST", body: new URLSearchParams(body), headers: { Accept: "application/json" }, credentials: "same-origin", redirect: "manual",
  });
  if (answer.status === 422) {
    store.drop(form.dataset.keep);
    const found = await answer.json();
    if (found.moved) return form.submit(); // the page itself shows what the other person has done
    return say(form, found.errors.join(" "));
  }
  if (!answer.ok) {
    store.drop(form.dataset.keep);
    return form.submit();
  }
  store.drop(form.dataset.keep);
  const done = await answer.json();
  say(form, form.dataset.sent);
  window.location.assign(done.next);
};

const tryToSend = async (form, body) => {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await send(form, body);
  } catch {
    store.set(form.dataset.keep, body);
    say(form, form.dataset.waiting);
  } finally {
    button.disabled = false;
  }
};

for (const form of document.querySelectorAll("form[data-keep]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tryToSend(form, [...new FormData(form).entries()]);
  });
  const again = () => {
    const kept = store.get(form.dataset.keep);
    if (!kept) return;
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    tryToSend(form, kept.map(([name, value]) => [name, name === "csrfmiddlewaretoken" ? token : value]));
  };
  window.addEventListener("online", again);
  again();
}
