"""What a rendering tells besides its HTML: mentions, links, uploads, pictures; and where its limits are."""

from __future__ import annotations

import pytest

from chat.markdown.blocks import MAX_NESTING
from chat.markdown.errors import MarkdownFailed
from chat.markdown.names import UploadedImage
from chat.markdown.renderer import MAX_SOURCE_LENGTH, Rendered, render
from tests.markdown.cast import cast

NAMES = cast()


def rendered(content: str, **options: object) -> Rendered:
    return render(content, NAMES, **options)


class MentionFindingTests:
    def test_people_and_groups_are_found_once(self) -> None:
        found = rendered("@**Ada Lovelace** @**Grace Hopper|2** @**|1** @*backend* @*design team*")
        assert found.mentioned_user_ids == {1, 2}
        assert found.mentioned_group_ids == {11, 12}
        assert not found.mentions_channel_wildcard
        assert not found.mentions_topic_wildcard

    @pytest.mark.parametrize("word", ["all", "everyone", "channel", "stream"])
    def test_channel_wildcards_are_told(self, word: str) -> None:
        found = rendered(f"@**{word}**")
        assert found.mentions_channel_wildcard
        assert not found.mentions_topic_wildcard
        assert found.mentioned_user_ids == frozenset()

    def test_topic_wildcard_is_told(self) -> None:
        found = rendered("@**topic**")
        assert found.mentions_topic_wildcard
        assert not found.mentions_channel_wildcard

    @pytest.mark.parametrize(
        "content",
        [
            "@_**Ada Lovelace** @_**all** @_**topic** @_*backend*",
            "> @**Ada Lovelace** @**all** @**topic** @*backend*",
            "```quote\n@**Ada Lovelace** @**all** @**topic** @*backend*\n```",
            "> - @**Ada Lovelace**\n> - **@**all****",
            "`@**Ada Lovelace** @**all** @**topic** @*backend*`",
            "```\n@**Ada Lovelace** @**all** @**topic** @*backend*\n```",
            "[@**Ada Lovelace**](https://example.com)",
            r"\@**Ada Lovelace** \@**all**",
            "@**Charles Babbage** @**Nobody**",
        ],
    )
    def test_nobody_is_called(self, content: str) -> None:
        found = rendered(content)
        assert found.mentioned_user_ids == frozenset()
        assert found.mentioned_group_ids == frozenset()
        assert not found.mentions_channel_wildcard
        assert not found.mentions_topic_wildcard

    def test_a_mention_after_a_quote_calls(self) -> None:
        assert rendered("> @**Grace Hopper** hi\n@**Ada Lovelace** see above").mentioned_user_ids == {1}

    def test_a_mention_in_a_spoiler_calls(self) -> None:
        assert rendered("```spoiler x\n@**Ada Lovelace**\n```").mentioned_user_ids == {1}


class LinkFindingTests:
    def test_web_links_are_listed_once_in_order(self) -> None:
        found = rendered("https://b.org [x](https://a.org) https://b.org www.c.org ada@example.com")
        assert found.links == ("https://b.org", "https://a.org", "http://www.c.org")
        assert found.has_link

    def test_at_most_24_are_listed(self) -> None:
        assert len(rendered(" ".join(f"https://a.org/{number}" for number in range(40))).links) == 24

    def test_quoted_links_and_those_in_code_are_not_listed(self) -> None:
        found = rendered("> https://a.org\n\n`https://b.org`")
        assert found.links == ()
        assert found.has_link

    def test_mail_counts_as_a_link_but_is_not_listed(self) -> None:
        found = rendered("ada@example.com")
        assert (found.has_link, found.links) == (True, ())

    def test_names_of_conversations_are_no_links(self) -> None:
        assert not rendered("#**general** #**general>x** @**Ada Lovelace** plain").has_link

    def test_a_link_that_was_refused_is_none(self) -> None:
        assert not rendered("[a](javascript:alert) http://").has_link

    def test_uploads_are_listed_by_path_once(self) -> None:
        found = rendered(
            "[a](/user_uploads/2/ab/a.txt) [a](/user_uploads/2/ab/a.txt?x=1#y) [b](user_uploads/2/cd/b.png)\n"
            "https://chat.example/user_uploads/2/ef/c.pdf https://elsewhere.example/user_uploads/2/ef/d.pdf"
        )
        files = ("ab/a.txt", "cd/b.png", "ef/c.pdf")
        assert found.upload_paths == tuple(f"/user_uploads/2/{file}" for file in files)
        assert found.has_attachment
        assert found.has_image

    def test_no_upload_no_attachment(self) -> None:
        found = rendered("https://example.com/a.txt")
        assert (found.has_attachment, found.upload_paths, found.has_image) == (False, (), False)


class PictureTests:
    LINK = "[a.png](/user_uploads/2/ab/a.png)"

    def test_a_measured_upload_shows_its_thumbnail(self) -> None:
        found = rendered(self.LINK, uploaded_images={"/user_uploads/2/ab/a.png": UploadedImage(800, 600)})
        thumbnail = "/user_uploads/thumbnail/2/ab/a.png/840x560.webp"
        assert f'<img data-original-dimensions="800x600" src="{thumbnail}">' in found.html

    def test_an_animated_upload_shows_its_moving_thumbnail(self) -> None:
        known = UploadedImage(8, 6, is_animated=True)
        html = rendered(self.LINK, uploaded_images={"/user_uploads/2/ab/a.png": known}).html
        assert 'data-animated="true" data-original-dimensions="8x6"' in html
        assert "/840x560-anim.webp" in html

    def test_an_upload_whose_thumbnail_is_not_ready_keeps_its_place(self) -> None:
        known = UploadedImage(8, 6, is_ready=False)
        html = rendered(self.LINK, uploaded_images={"/user_uploads/2/ab/a.png": known}).html
        assert '<img class="image-loading-placeholder" data-original-dimensions="8x6" src="/static/' in html

    def test_pictures_can_be_switched_off(self) -> None:
        assert rendered("https://example.com/a.png", inline_images=False) == Rendered(
            html='<p><a href="https://example.com/a.png">https://example.com/a.png</a></p>',
            text="https://example.com/a.png",
            has_link=True,
            links=("https://example.com/a.png",),
        )

    def test_at_most_24_pictures_are_shown(self) -> None:
        assert rendered("\n".join(f"https://a.org/{n}.png" for n in range(40))).html.count("<img") == 24


class CodeLanguageTests:
    def test_code_without_a_language_is_in_the_organisation_s(self) -> None:
        assert rendered("```\nx\n```", default_code_language="python") == rendered("```python\nx\n```")

    def test_a_language_of_its_own_wins(self) -> None:
        assert rendered("```text\nx\n```", default_code_language="python") == rendered("```text\nx\n```")

    def test_quotes_have_no_language(self) -> None:
        assert "codehilite" not in rendered("```quote\nx\n```", default_code_language="python").html


class MeTests:
    def test_an_action_is_told(self) -> None:
        assert rendered("/me waves").is_me_message
        assert rendered("/me waves\nand goes").is_me_message

    @pytest.mark.parametrize("content", ["/me", "/mean", " /me x", "a /me x", "/me a\n\nb", "/me a\n- b", "> /me x"])
    def test_no_action(self, content: str) -> None:
        assert not rendered(content).is_me_message


class LimitTests:
    def test_too_long_a_source_is_refused(self) -> None:
        with pytest.raises(MarkdownFailed):
            rendered("x" * (MAX_SOURCE_LENGTH + 1))

    def test_too_long_a_result_is_refused(self) -> None:
        with pytest.raises(MarkdownFailed):
            rendered("🎉" * 20_000)

    def test_nothing_is_nothing(self) -> None:
        assert rendered("") == rendered("\n \n") == Rendered(html="", text="")

    @pytest.mark.parametrize("unit", ["> ", "- "])
    def test_deeper_than_the_limit_is_text(self, unit: str) -> None:
        html = rendered(unit * (MAX_NESTING + 10) + "x").html
        assert html.count("<blockquote>") + html.count("<ul>") <= MAX_NESTING + 1
        assert "x" in html

    def test_deep_fences_end(self) -> None:
        html = rendered("\n".join("`" * (60 - n) + "quote" for n in range(50)) + "\nx").html
        assert html.count("<blockquote>") == html.count("</blockquote>") <= MAX_NESTING + 1
