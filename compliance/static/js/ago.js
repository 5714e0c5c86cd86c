// "5 minutes ago" that stays true while the page is open.

const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60]];

export function watch() {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const refresh = () => {
    for (const time of document.querySelectorAll("time[data-ago]")) {
      const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
      const [unit, length] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ["minute", 60];
      time.textContent = words.format(Math.trunc(seconds / length), unit);
    }
  };
  refresh();
  setInterval(refresh, 30000);
}
