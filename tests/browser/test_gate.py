"""The gate for HTML from the server, in the browser that would run what slips through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.browser.person import Person

SignIn = Callable[..., Person]

HOSTILE = [
    "<script>window.caught = 1</script>",
    "<img src=x onerror='window.caught = 1'>",
    "<svg onload='window.caught = 1'></svg>",
    "<svg><script>window.caught = 1</script></svg>",
    "<a href='javascript:window.caught = 1' class='trap'>x</a>",
    "<a href=' JaVaScRiPt:window.caught = 1' class='trap'>x</a>",
    "<a href='//elsewhere.example/x' class='trap'>x</a>",
    "<a href='data:text/html,<script>parent.caught = 1</script>' class='trap'>x</a>",
    "<iframe srcdoc='<script>parent.caught = 1</script>'></iframe>",
    "<iframe src='javascript:parent.caught = 1'></iframe>",
    "<form action='javascript:window.caught = 1'><button class='trap'>x</button></form>",
    "<math><mtext><table><mglyph><style><img src=x onerror='window.caught = 1'></style></mglyph></table></math>",
    "<noscript><p title='</noscript><img src=x onerror=window.caught=1>'></noscript>",
    "<details open ontoggle='window.caught = 1'><summary>x</summary></details>",
    "<body onpageshow='window.caught = 1'>",
    "<base href='https://elsewhere.example/'>",
    "<meta http-equiv='refresh' content='0;url=https://elsewhere.example/'>",
    "<link rel='stylesheet' href='https://elsewhere.example/x.css'>",
    "<template><img src=x onerror='window.caught = 1'></template>",
    "<object data='javascript:window.caught = 1'></object>",
    "<video><source onerror='window.caught = 1' src='x'></video>",
]

PASS_THROUGH: Any = """async ([source, reader]) => {
  const { html, render } = await import("lit");
  const { serverHtml } = await import("/static/js/ui/html_gate.js");
  const box = document.createElement("div");
  document.body.append(box);
  render(html`<div>${serverHtml(source, reader)}</div>`, box);
  for (const trap of box.querySelectorAll(".trap")) trap.click();
  await new Promise((resolve) => setTimeout(resolve, 60));
  const shown = box.firstElementChild.innerHTML.replace(/<!--.*?-->/g, "");
  box.remove();
  return shown;
}"""


class GateTests:
    def test_nothing_that_can_run_passes(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        requests: list[str] = []
        ada.page.on("request", lambda request: requests.append(request.url))
        for source in HOSTILE:
            shown = ada.page.evaluate(PASS_THROUGH, [source, 1])
            assert ada.page.evaluate("window.caught") is None, source
            assert "caught" not in shown or "<p title" in shown, source
        assert [url for url in requests if "elsewhere" in url] == []
        assert ada.page.evaluate("document.baseURI").startswith(ada.page.url.split("#")[0])
        ada.errors.clear()  # the browser complains of what was refused

    def test_what_a_reader_needs_passes_and_is_fitted(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        source = (
            '<p><span class="user-mention" data-user-id="1">@Ada Lovelace</span> '
            '<span class="user-mention" data-user-id="2">@Grace Hopper</span> '
            '<span class="user-mention silent" data-user-id="1">Ada Lovelace</span> '
            '<span aria-label="tada" class="emoji emoji-1f389" role="img" title="tada">:tada:</span> '
            '<a href="https://example.com/">out</a> <a href="/#narrow/stream/1-general">in</a> '
            '<time datetime="2024-05-01T12:00:00Z">noon</time></p>'
            '<div class="codehilite" data-code-language="Python"><pre><span></span><code>x\n</code></pre></div>'
            '<div class="spoiler-block"><div class="spoiler-header"><p>End</p></div>'
            '<div class="spoiler-content" aria-hidden="true"><p>He did it.</p></div></div>'
        )
        ada.page.evaluate("window.kept = document.createElement('div')")
        shown = ada.page.evaluate(PASS_THROUGH, [source, 1])
        assert shown.count("mention-me") == 1
        assert "🎉" in shown
        assert 'href="https://example.com/" target="_blank" rel="noopener noreferrer"' in shown
        assert 'href="#narrow/stream/1-general"' in shown
        assert "2024" in shown
        assert 'class="code-copy"' in shown
        assert "<details" in shown
        assert "aria-hidden" not in shown
