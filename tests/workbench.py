"""GraphiQL in a real browser, and how somebody works with it."""

import json
from typing import Any

from browsing import Visit
from playwright.async_api import expect

OPERATION = (
    "name => document.querySelector('.graphiql-query-editor .CodeMirror')"
    ".CodeMirror.operationName === name"
)
RESULT = "document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()"


class Workbench(Visit):
    """GraphiQL, and how somebody works with it."""

    async def run(self, document: str, *, name: str) -> None:
        """Write a document into the editor and run it, once GraphiQL knows its operation's name."""
        await self.page.locator(".graphiql-query-editor .CodeMirror").click()
        await self.page.keyboard.press("Control+a")
        await self.page.keyboard.insert_text(document)
        await self.page.wait_for_function(OPERATION, arg=name)
        await self.page.keyboard.press("Control+Enter")

    async def run_tab(self, name: str) -> None:
        """Run the document of a tab as it is."""
        await self.page.get_by_role("tab", name=name).click()
        await self.page.wait_for_function(OPERATION, arg=name)
        await self.page.get_by_label("Execute query").click()

    async def answer(self) -> Any:
        """Wait for an answer and read it."""
        await expect(self.page.locator(".result-window .CodeMirror")).to_contain_text("{")
        await expect(self.page.locator(".graphiql-spinner")).to_have_count(0)
        text = await self.page.evaluate(RESULT)
        return json.loads(text)
