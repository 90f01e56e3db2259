"""A page opened in Chromium."""

from pathlib import Path

from playwright.sync_api import BrowserContext, Locator

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


class OpenedPage:
    """A page, the messages that it wrote to the console, its errors, and the addresses that it asked for."""

    def __init__(self, context: BrowserContext, file: Path) -> None:
        self.context, self.file = context, file
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.page = context.new_page()
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())

    def find(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def texts(self, selector: str) -> list[str]:
        """The text of each element that is shown, with single spaces."""
        return [" ".join(element.inner_text().split()) for element in self.find(selector).all() if element.is_visible()]

    def column(self, field: str) -> list[str]:
        """The texts of a column of the table of sessions."""
        return self.texts(f".list tbody [data-field={field}]")

    @property
    def shown(self) -> str:
        """Which of the sessions the table says that it shows."""
        return self.find(".pager p").inner_text()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def focused(self) -> str:
        """The text of the element that has the keyboard's focus."""
        return str(self.page.evaluate("document.activeElement.innerText || document.activeElement.value"))
