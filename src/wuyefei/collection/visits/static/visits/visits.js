/* A route outlives a lost connection: a visit that cannot be sent stays on this device with its pictures and is sent when the
   network is back. The server keeps a visit once under the form's own key, so sending twice does no harm.            */

const FORMS = [...document.querySelectorAll("form[data-visit]")];
const LONGEST = 1280;
const kept = new Map();
const shots = new Map();
const signed = new Set();

/* ---- what is kept on the device ---- */

const opened = new Promise((done, failed) => {
  const ask = indexedDB.open("wy-visits", 1);
  ask.onupgradeneeded = () => ask.result.createObjectStore("kept");
  ask.onsuccess = () => done(ask.result);
  ask.onerror = () => failed(ask.error);
});
const store = async (mode, act) => {
  const db = await opened;
  return new Promise((done, failed) => {
    const ask = act(db.transaction("kept", mode).objectStore("kept"));
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => failed(ask.error);
  });
};
const keep = async (stop, entry) => { kept.set(stop, entry); tell(); await store("readwrite", (all) => all.put(entry, stop)); };
const drop = async (stop) => { kept.delete(stop); tell(); await store("readwrite", (all) => all.delete(stop)); };

const finish = document.querySelector("form[data-finish]");
const tell = () => {
  if (!finish) return;
  finish.querySelector("[data-unsent]").hidden = kept.size === 0;
  finish.querySelector("button").disabled = kept.size > 0;
};
const say = (form, text) => {
  const note = form.querySelector("[data-kept]");
  note.textContent = text;
  note.hidden = !text;
  if (text) note.scrollIntoView({ block: "nearest" }); // on a phone the button is a screen below the note
};

/* ---- sending ---- */

const body = (form, entry) => {
  const data = new FormData();
  for (const [name, value] of entry.fields) data.append(name, value);
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  return data;
};

const settled = async (form, state) => {
  const stop = form.dataset.visit;
  await drop(stop);
  const place = document.getElementById(`stop-${stop}`);
  const tag = place.querySelector("[data-state]");
  tag.textContent = state;
  tag.className = "tag";
  place.querySelector(".vi-fold").remove();
};

const send = async (form, entry) => {
  const button = form.querySelector("button:not([type])");
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: body(form, entry), headers: { Accept: "application/json" }, credentials: "same-origin", redirect: "manual" });
    if (answer.ok) return await settled(form, (await answer.json()).state);
    const said = answer.status === 422 ? await answer.json() : { errors: [`${answer.status}`] };
    if (said.acts !== undefined && said.acts !== null) form.elements.seen.value = said.acts;
    await keep(form.dataset.visit, { ...entry, refused: said.errors });
    return say(form, said.errors.join(" "));
  } catch {
    await keep(form.dataset.visit, entry);
    return say(form, form.dataset.waiting);
  } finally {
    button.disabled = false;
  }
};

const blob = (canvas, kind, quality) => new Promise((done) => { canvas.toBlob(done, kind, quality); });

const gathered = async (form) => {
  const stop = form.dataset.visit;
  const former = kept.get(stop);
  form.elements.at.value = former?.at ?? new Date().toISOString();
  const fields = [...new FormData(form).entries()].filter(([name]) => name !== "photo" && name !== "signature");
  const before = (name) => former?.fields.find(([one]) => one === name)?.[1];
  const photo = shots.get(stop) ?? before("photo");
  const signature = signed.has(stop) ? new File([await blob(form.querySelector("canvas"), "image/png")], "signature.png", { type: "image/png" }) : before("signature");
  if (photo) fields.push(["photo", photo]);
  if (signature) fields.push(["signature", signature]);
  return { at: form.elements.at.value, fields };
};

const again = () => {
  for (const form of FORMS) {
    const entry = kept.get(form.dataset.visit);
    if (entry && !entry.refused && form.isConnected) send(form, entry);
  }
};

/* ---- the form ---- */

const small = async (file) => {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return new File([await blob(canvas, "image/jpeg", 0.75)], "visit.jpg", { type: "image/jpeg" });
  } catch {
    return file; /* the server says what is wrong with it */
  }
};

const pad = (form) => {
  const canvas = form.querySelector("canvas");
  const pen = canvas.getContext("2d");
  Object.assign(pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#16181d" });
  const blank = () => { pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height); signed.delete(form.dataset.visit); };
  const spot = (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [((event.clientX - left) * canvas.width) / width, ((event.clientY - top) * canvas.height) / height];
  };
  let drawing = false;
  canvas.addEventListener("pointerdown", (event) => { drawing = true; canvas.setPointerCapture(event.pointerId); pen.beginPath(); pen.moveTo(...spot(event)); });
  canvas.addEventListener("pointermove", (event) => { if (drawing) { pen.lineTo(...spot(event)); pen.stroke(); signed.add(form.dataset.visit); } });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { drawing = false; });
  form.querySelector("[data-clear]").addEventListener("click", blank);
  blank();
};

const taken = (form) => {
  const label = form.querySelector(".vi-photo");
  label.classList.add("taken");
  label.querySelector("[data-taken]").textContent = label.querySelector("[data-taken]").dataset.taken;
};

const restore = (form, entry) => {
  for (const [name, value] of entry.fields) {
    if (typeof value !== "string" || ["csrfmiddlewaretoken", "seen"].includes(name)) continue;
    const field = form.elements[name];
    if (field) field.value = value;
  }
  if (entry.fields.some(([name]) => name === "photo")) taken(form);
  form.closest("details").open = true;
  say(form, entry.refused ? entry.refused.join(" ") : form.dataset.waiting);
};

for (const form of FORMS) {
  pad(form);
  form.addEventListener("change", async (event) => {
    if (event.target.name !== "photo" || !event.target.files.length) return;
    shots.set(form.dataset.visit, await small(event.target.files[0]));
    taken(form);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await send(form, await gathered(form));
  });
}

for (const form of FORMS) {
  const entry = await store("readonly", (all) => all.get(form.dataset.visit));
  if (entry) { kept.set(form.dataset.visit, entry); restore(form, entry); }
}
tell();
again();
addEventListener("online", again);
setInterval(() => { if (navigator.onLine) again(); }, 20000);
