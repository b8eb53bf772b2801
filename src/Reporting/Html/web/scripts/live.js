"use strict";

// Reloads the page when the run makes progress, and keeps open sections and choices.
(() => {
  const status = document.getElementById("live");
  const say = text => { if (status.textContent !== text) status.textContent = text; };

  const swap = text => {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const open = [...document.querySelectorAll("main details[open]")].map(details => details.id);
    const chosen = [...document.querySelectorAll("main input[id]")].map(input => [input.id, input.value, input.dataset.used]);
    const focused = document.activeElement?.id;
    document.title = fresh.title;
    document.body.dataset.version = fresh.body.dataset.version;
    document.querySelector("main").replaceChildren(...fresh.querySelector("main").childNodes);
    document.getElementById("page-data").textContent = fresh.getElementById("page-data").textContent;
    open.forEach(id => document.getElementById(id)?.setAttribute("open", ""));
    for (const [id, value, used] of chosen) {
      const input = document.getElementById(id);
      if (!input || !used) continue;
      input.max = Math.max(input.max, value);
      [input.value, input.dataset.used] = [value, used];
    }
    ocs.reload();
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };

  const refresh = async () => {
    const answer = await fetch(location.pathname, { cache: "no-store" });
    const text = await answer.text();
    if (answer.ok) swap(text);
    else say(text);
  };

  const events = new EventSource("/events");
  events.onopen = () => say("live");
  events.onerror = () => say("not connected: ocs watch has ended, or cannot be reached");
  events.onmessage = event => {
    if (event.data !== document.body.dataset.version) refresh().catch(events.onerror);
  };
})();
