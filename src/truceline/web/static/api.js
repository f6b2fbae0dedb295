// Asks the console's own server; there is no other.

const answers = new Map();

async function get(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `${address}: ${response.status}`);
  return answer;
}

// A mission that is open does not change, so an answer is asked for once.
function once(address) {
  if (!answers.has(address)) {
    const asked = get(address);
    asked.catch(() => answers.delete(address));
    answers.set(address, asked);
  }
  return answers.get(address);
}

export const mission = () => once("/api/mission");
export const incidents = () => get("/api/incidents");
export const incident = (id) => once(`/api/incident?id=${encodeURIComponent(id)}`);
export const trace = (id) => once(`/api/trace?id=${encodeURIComponent(id)}`);
export const days = () => once("/api/days");
export const coverage = (day) => once(`/api/coverage?day=${day}`);
export const line = (day) => once(`/api/line?day=${day}`);
export const claims = (day) => once(`/api/claims?day=${day}`);
export const sources = () => once("/api/sources");
// The log may grow while the page is open.
export const log = () => get("/api/log");
export const words = (language) => once(`/api/words?language=${language}`);
export const basemap = (layer) => get(`/basemap/${layer}.geojson`);
export const reportAddress = (day, language) => `/api/report?day=${day}&language=${language}`;
