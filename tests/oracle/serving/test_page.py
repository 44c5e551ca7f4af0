"""The live page in a real browser: what it shows, in which moods, with what it must not run, and by the keyboard alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.oracle.serving.conftest import Serve, issue, request

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
PICTURES = os.environ.get("HONNIN_PICTURES")
pytestmark = pytest.mark.skipif(
    (CHROMIUM is None or DRIVER is None) and os.environ.get("HONNIN_SERVICES") != "required",
    reason="THE PAGE IS NOT TESTED: apt-get install chromium chromium-driver (.ci/run does)",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = Options()
    options.binary_location = CHROMIUM or ""
    folder = tmp_path_factory.mktemp("browser")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1000,900",
    ):
        options.add_argument(argument)
    options.add_argument(f"--user-data-dir={folder}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = Chrome(options=options, service=Service(DRIVER))
    yield opened
    opened.quit()


def until(browser: Chrome, holds: Callable[[Chrome], Any]) -> Any:
    return WebDriverWait(browser, 20, ignored_exceptions=[Exception]).until(holds)


def text(browser: Chrome, id: str) -> str:
    return browser.find_element(By.ID, id).text


def moods(browser: Chrome) -> dict[str, tuple[str, str]]:
    """For each claim its mood and its words."""
    rows = browser.find_elements(By.CSS_SELECTOR, "#claims tr")
    cells = [
        (row.find_element(By.TAG_NAME, "th"), row.find_element(By.CSS_SELECTOR, "td.state")) for row in rows
    ]
    return {name.text: (state.get_attribute("data-mood") or "", state.text) for name, state in cells}


def picture(browser: Chrome, name: str) -> None:
    """For people to look at: HONNIN_PICTURES names the folder."""
    if PICTURES:
        browser.save_screenshot(str(Path(PICTURES) / f"{name}.png"))


def complaints(browser: Chrome) -> list[str]:
    """What the browser itself found wrong: refused by the policy, or an error of the script."""
    entries: list[dict[str, Any]] = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [entry["message"] for entry in entries if "favicon" not in entry["message"]]


def test_the_page_shows_how_things_stand(browser: Chrome, serve: Serve) -> None:
    served = serve()
    browser.get(served.address)
    until(browser, lambda b: "not everything has been tried yet" in text(b, "overall"))
    assert "printing: Certificates 証明書" in text(browser, "title")
    assert {mood for mood, _ in moods(browser).values()} == {"untried"}
    assert moods(browser)["二度なし"][1].endswith("never exercised yet")
    picture(browser, "untried")

    served.post([request(1), issue(1)])
    until(browser, lambda b: "satisfied so far" in text(b, "overall"))
    assert {mood for mood, _ in moods(browser).values()} == {"good"}
    picture(browser, "good")

    served.post({"event": "nothing"})
    until(browser, lambda b: "could not be read" in text(b, "overall"))
    assert browser.find_element(By.ID, "overall").get_attribute("data-mood") == "undecided"
    assert moods(browser)["right_person"] == ("undecided", "satisfied so far, but not everything was read")
    assert moods(browser)["served (cover)"] == ("good", "reached")
    picture(browser, "undecided")

    served.post([issue(1, "<img src=x onerror=alert(1)>"), issue(1, "太郎")])
    until(browser, lambda b: "violated" in text(b, "overall"))
    assert moods(browser)["right_person"] == ("bad", "violated")
    until(browser, lambda b: len(b.find_elements(By.CSS_SELECTOR, "#found li")) == 2)
    found = text(browser, "found")
    assert "“Every page shows <the person> & nobody else”" in found
    assert "<img" not in found and "太郎" not in found and "花子" not in found
    picture(browser, "violated")
    assert "violated" in browser.title
    assert complaints(browser) == []

    served.end()
    until(browser, lambda b: b.find_element(By.ID, "connection").is_displayed())
    assert "old" in text(browser, "connection") or "will not change" in text(browser, "connection")
    picture(browser, "ended")


def test_what_is_undecided_is_not_green(browser: Chrome, serve: Serve) -> None:
    served = serve("--begins-midway")
    browser.get(served.address)
    served.post([issue(1), request(2), issue(2)])
    until(browser, lambda b: "something is undecided, as the log begins midway" in text(b, "overall"))
    assert browser.find_element(By.ID, "overall").get_attribute("data-mood") == "undecided"
    shown = moods(browser)["right_person"]
    assert shown == ("undecided", "undecided, as the log begins midway")
    assert "0 + 1 undecided" in text(browser, "claims")
    until(browser, lambda b: "because the log begins in mid-stream" in text(b, "found"))
    picture(browser, "begins-midway")
    assert complaints(browser) == []


def test_names_and_titles_are_text(browser: Chrome, serve: Serve, printing: Path) -> None:
    told = printing.read_text(encoding="utf-8").replace(
        "Certificates 証明書", "<script>document.title='owned'</script>"
    )
    printing.write_text(told, encoding="utf-8")
    served = serve()
    browser.get(served.address)
    until(browser, lambda b: "<script>" in text(b, "title"))
    assert browser.title != "owned"
    assert len(browser.find_elements(By.TAG_NAME, "script")) == 1


def test_the_policy_lets_nothing_else_run(browser: Chrome, serve: Serve) -> None:
    served = serve()
    browser.get(served.address)
    until(browser, lambda b: "tried" in text(b, "overall"))
    put = "const s = document.createElement('script'); s.textContent = 'window.owned = 1'; document.body.append(s)"
    browser.execute_script(put)
    assert browser.execute_script("return window.owned") is None
    assert any("Content Security Policy" in message for message in complaints(browser))


def test_for_readers_of_screens_and_keyboards(browser: Chrome, serve: Serve) -> None:
    served = serve()
    served.post([request(1), issue(1, "太郎")])
    browser.get(served.address)
    until(browser, lambda b: "violated" in text(b, "overall"))
    overall = browser.find_element(By.ID, "overall")
    assert (overall.aria_role, overall.get_attribute("aria-live")) == ("status", "polite")
    assert [h.text for h in browser.find_elements(By.CSS_SELECTOR, "thead th[scope=col]")][:2] == [
        "State",
        "Claim",
    ]
    assert browser.find_element(By.CSS_SELECTOR, "#claims th").get_attribute("scope") == "row"
    region = browser.find_element(By.CSS_SELECTOR, "[role=region]")
    assert region.accessible_name == "Claims"
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert browser.switch_to.active_element == region
    ratios = browser.execute_script(CONTRASTS)
    assert ratios and min(ratios) >= 4.5, ratios


CONTRASTS = """
const light = (c) => { const [r, g, b] = c.match(/[0-9.]+/g).map((v) => { v = v / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
return [...document.querySelectorAll("[data-mood]")].map((e) => { const s = getComputedStyle(e);
  const [a, b] = [light(s.color), light(s.backgroundColor)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); });
"""


def test_a_token_is_asked_for(browser: Chrome, serve: Serve) -> None:
    served = serve("--token-file", "token", token="a-token-of-the-tests-only")
    browser.get(served.address)
    field = until(browser, lambda b: b.find_element(By.ID, "token"))
    assert browser.switch_to.active_element == field
    picture(browser, "login")
    field.send_keys("wrong" + Keys.ENTER)
    until(browser, lambda b: b.find_element(By.CSS_SELECTOR, "[role=alert]").is_displayed())
    picture(browser, "wrong")
    until(browser, lambda b: b.find_element(By.ID, "token")).send_keys(
        "a-token-of-the-tests-only" + Keys.ENTER
    )
    until(browser, lambda b: "tried" in text(b, "overall"))
    assert browser.get_cookies()[0]["httpOnly"] is True
