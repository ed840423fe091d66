// What forms keep in this browser until it is saved: thrown away here, on every page of the
// admin. After saving, at signing out whoever's it is, and after a day. See docs/security.md.
{
  const PREFIX = "musaala-kept:";
  const DAY = 24 * 60 * 60 * 1000;

  function throwAway(goes) {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX) && goes(key)) localStorage.removeItem(key);
    }
  }

  function isOld(key) {
    try {
      return !(JSON.parse(localStorage.getItem(key)).at > Date.now() - DAY);
    } catch {
      return true;
    }
  }

  throwAway(isOld);
  for (const message of document.querySelectorAll(".messagelist li")) {
    for (const word of message.classList) {
      if (word.startsWith("kept-")) throwAway((key) => key.endsWith(`:${word.slice(5)}`));
    }
  }
  const leaving = document.getElementById("logout-form");
  if (leaving) leaving.addEventListener("submit", () => throwAway(() => true));
}
