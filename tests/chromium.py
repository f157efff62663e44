"""A person at a real browser: Debian's Chromium, driven by its own driver. Uses Selenium.

    person = Person(driver, pages)
    person.opens("/status")
    person.presses("Log in")
    assert "Status" in person.reads()
    assert person.barriers() == []

Only the driver and the browser of the system are used; Selenium downloads nothing.
"""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import (
    NoSuchElementException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.pages import Pages

SOON_S = 10.0
PHONE, SCREEN = (360, 740), (1280, 900)
# What counts as shutting people out; the lesser ones are matters of taste.
GRAVE = ("serious", "critical")


def browser_paths() -> tuple[str, str] | None:
    """Return the browser and its driver, None where one of them is not installed."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


@contextmanager
def chromium(folder: Path) -> Iterator[webdriver.Chrome]:
    """Start the browser with an empty profile, and end it; it talks to loopback only."""
    paths = browser_paths()
    assert paths is not None
    options = Options()
    options.binary_location = paths[0]
    for argument in (
        "--headless=new",
        "--no-sandbox" if os.geteuid() == 0 else "--disable-extensions",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--no-proxy-server",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--user-data-dir={folder}",
        "--lang=en-US",
    ):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(executable_path=paths[1]))
    try:
        yield driver
    finally:
        driver.quit()


class Person:
    """Somebody who uses the pages: opens, reads, presses, types."""

    def __init__(self, driver: webdriver.Chrome, pages: Pages) -> None:
        self.driver = driver
        self._base = pages.server.url.rstrip("/")
        self._has_scripts = True

    # ------------------------------------------------------------ what the browser is like

    def has_size(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def likes(self, scheme: str) -> None:
        """Ask for the "light" or the "dark" look."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def runs_scripts(self, allowed: bool) -> None:
        self._has_scripts = allowed
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not allowed})

    def speaks(self, language: str) -> None:
        agent = self.driver.execute_cdp_cmd("Browser.getVersion", {})["userAgent"]
        said = {"userAgent": agent, "acceptLanguage": language}
        self.driver.execute_cdp_cmd("Emulation.setUserAgentOverride", said)

    def is_new(self) -> None:
        """Be somebody who was never here: no cookie, usual size, light, scripts allowed."""
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.runs_scripts(True)
        self.likes("light")
        self.speaks("en-US")
        self.has_size(*SCREEN)
        self.complaints()  # what was complained of before is somebody else's

    # ------------------------------------------------------------ what a person does

    def opens(self, path: str) -> None:
        self.driver.get(self._base + path)

    @property
    def is_at(self) -> str:
        return self.driver.current_url.removeprefix(self._base)

    def sees(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def finds(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def reads(self, selector: str = "main") -> str:
        """Return the words of an element, as they are shown."""
        return self.finds(selector).text

    def types(self, selector: str, text: str) -> None:
        field = self.finds(selector)
        field.clear()
        field.send_keys(text)

    def types_key(self, *keys: str) -> None:
        self.finds("body").send_keys(*keys)

    def presses(self, words: str, *, leaves: bool = False) -> None:
        """Press the button or link of these words; wait until the page has answered.

        With `leaves` the answer is another page, however long it takes to come.
        """
        spoken = f"normalize-space(.)={_quoted(words)}"
        path = f"//button[{spoken}] | //a[{spoken}] | //summary[{spoken}]"
        self.clicks(self.driver.find_element(By.XPATH, path), leaves=leaves)

    def clicks(self, element: WebElement | str, *, leaves: bool = False) -> None:
        if isinstance(element, str):
            element = self.finds(element)
        page = self.finds("html")
        is_form = element.tag_name == "button" and element.get_attribute("type") == "submit"
        element.click()
        if leaves or (is_form and not self._has_scripts):
            WebDriverWait(self.driver, SOON_S, 0.02).until(lambda _: _is_gone(page))
        self._settles(page)

    def enters(self, selector: str) -> None:
        """Press Enter in a field; wait until the page has answered."""
        page = self.finds("html")
        self.finds(selector).send_keys(Keys.ENTER)
        self._settles(page)

    def waits_for(self, words: str, selector: str = "main") -> None:
        """Wait until words are shown: a script puts them there."""

        def is_shown(_: object) -> bool:
            try:
                return words in self.reads(selector)
            except (NoSuchElementException, StaleElementReferenceException):
                return False

        WebDriverWait(self.driver, SOON_S, 0.05).until(is_shown, f"{words!r} did not come")

    def _settles(self, page: WebElement) -> None:
        """Wait until what was asked for is here: a page, or a piece that a script fetched."""

        def is_settled(_: object) -> bool:
            try:
                if self.sees(".is-busy"):
                    return False
            except (StaleElementReferenceException, NoSuchElementException):
                pass
            _is_gone(page)
            return bool(self.driver.execute_script("return document.readyState") == "complete")

        WebDriverWait(self.driver, SOON_S, 0.02).until(is_settled)

    # ------------------------------------------------------------ what is looked at

    def barriers(self, *, of_colour: bool = False) -> list[str]:
        """Return what axe-core finds that shuts people out, by rule and place."""
        if not self.driver.execute_script("return 'axe' in window"):
            self.driver.execute_script(_axe())
        found: dict[str, Any] = self.driver.execute_async_script(
            "axe.run(document, Object.assign({resultTypes: ['violations']}, arguments[0]))"
            ".then(arguments[1])",
            {"runOnly": ["color-contrast", "link-in-text-block"]} if of_colour else {},
        )
        return [
            f"{each['id']}: {', '.join(node['target'][0] for node in each['nodes'][:3])}"
            for each in found["violations"]
            if each["impact"] in GRAVE
        ]

    def barriers_in_every_look(self) -> list[str]:
        """Return what shuts people out of this page, light and dark, on a phone and a screen."""
        found = []
        for size in (SCREEN, PHONE):
            self.has_size(*size)
            for scheme in ("light", "dark"):
                self.likes(scheme)
                # All that the dark look changes is colours.
                there = self.barriers(of_colour=scheme == "dark")
                found += [f"{scheme}, {size[0]} px: {each}" for each in there]
            if self.is_wider_than_the_window():
                found.append(f"wider than {size[0]} px")
        return found

    def complaints(self) -> list[str]:
        """Return what the browser's console holds: errors of scripts, breaches of the policy."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def is_wider_than_the_window(self) -> bool:
        width = "document.documentElement"
        return bool(self.driver.execute_script(f"return {width}.scrollWidth > {width}.clientWidth"))

    def takes_a_picture(self, path: Path) -> None:
        """Keep a picture of the whole page."""
        height = self.driver.execute_script("return document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": 0, "height": height, "scale": 1}
        clip["width"] = self.driver.execute_script("return document.documentElement.clientWidth")
        command = {"captureBeyondViewport": True, "clip": clip}
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", command)["data"]
        path.write_bytes(base64.b64decode(shot))


def _is_gone(page: WebElement) -> bool:
    """Tell whether another page has come; at the very moment it does, the driver loses its way."""
    try:
        page.is_enabled()
    except (StaleElementReferenceException, NoSuchElementException):
        return True
    except WebDriverException as error:
        if "does not belong to the document" not in (error.msg or ""):
            raise
        return True
    return False


def _quoted(words: str) -> str:
    return f'"{words}"' if '"' not in words else f"'{words}'"


@cache
def _axe() -> str:
    return files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
