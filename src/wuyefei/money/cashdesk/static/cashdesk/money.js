/* Whole fen in the script too. What is shown here is a preview: the server parses and counts again. */

/* "1,650.5" → 165050; empty → 0; anything that is no amount → null */
export const parse = (text) => {
  const raw = text.trim().replaceAll("，", ",");
  if (!raw) return 0;
  const match = /^(\d{1,10}|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?$/.exec(raw);
  if (!match) return null;
  return Number(match[1].replaceAll(",", "")) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
};

/* -120000 → "−1,200.00" */
export const show = (fen) => {
  const size = Math.abs(fen);
  const whole = String(Math.floor(size / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0 ? "−" : ""}${whole}.${String(size % 100).padStart(2, "0")}`;
};

/* What an amount field takes: no separators, so that typing over it is easy. */
export const plain = (fen) => show(fen).replaceAll(",", "");

/* How the tenders meet what is due: only cash is changed back. */
export const settle = (due, tenders, keepRest) => {
  const entered = Object.values(tenders).reduce((sum, fen) => sum + (fen ?? 0), 0);
  const over = Math.max(0, entered - due);
  const cash = tenders.cash ?? 0;
  return {
    entered,
    missing: Math.max(0, due - entered),
    kept: keepRest ? over : 0,
    change: keepRest ? 0 : Math.min(over, cash),
    excess: keepRest ? 0 : Math.max(0, over - cash),
  };
};

/* A key for one act: sent again after a lost answer it is booked once. */
export const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
