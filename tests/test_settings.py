"""Where settings come from, and how a bad one is refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from chat.settings import (
    SettingsError,
    listen_address,
    load_settings,
    option,
    options,
    static_folder,
)

CHECKED_VALUES = {"listen": "tcp:1", "external_url": "http://h", "trusted_proxies": "10.0.0.0/8",
                  "allowed_networks": "10.0.0.0/8, fd00::/8", "smtp": "smtps://m", "mail_from": "a@b", "push_bouncer": "https://b"}
"""Values of options that take no other text."""
ROOT = Path(__file__).resolve().parent.parent


class SourcesTests:
    def test_defaults_serve_a_first_start(self) -> None:
        settings = load_settings({}, {})
        assert settings.listen == "tcp:9991:interface=127.0.0.1"
        assert settings.data == Path.cwd() / "var"
        assert settings.database is None
        assert settings.demo is False
        assert settings.external_url == "http://127.0.0.1:9991"

    def test_the_command_line_is_stronger_than_the_environment_and_that_than_the_file(
        self, tmp_path: Path
    ) -> None:
        file = tmp_path / "plait.toml"
        file.write_text('listen = "tcp:1001"\ndatabase = "dbname=file"\nexternal_url = "http://file"\n')
        environment = {"PLAIT_LISTEN": "tcp:1002", "PLAIT_DATABASE": "dbname=environment"}
        settings = load_settings({"listen": "tcp:1003"}, environment, str(file))
        assert settings.listen == "tcp:1003"
        assert settings.database == "dbname=environment"
        assert settings.external_url == "http://file"

    def test_every_option_can_come_from_file_and_environment(self, tmp_path: Path) -> None:
        by_kind = {bool: "true", int: "7", str: "x", Path: "/d"}
        values = {item.name: CHECKED_VALUES.get(item.name, by_kind[item.kind]) for item in options()}
        file = tmp_path / "plait.toml"
        file.write_text("".join(f'{key} = "{value}"\n' for key, value in values.items()))
        from_file = load_settings({}, {}, str(file))
        from_environment = load_settings({}, {f"PLAIT_{key.upper()}": v for key, v in values.items()})
        assert from_file == from_environment
        for item in options():
            read = {bool: True, int: 7, str: values[item.name], Path: Path(values[item.name])}[item.kind]
            assert getattr(from_file, item.name) == read

    def test_networks_are_networks(self) -> None:
        with pytest.raises(SettingsError, match=r"--allowed-networks names networks between commas, but '10\.1'"):
            load_settings({"allowed_networks": "10.1"}, {})

    @pytest.mark.parametrize("value", ["-1", "1.5", "many", "true", "٣", "9" * 30])
    def test_numbers_are_whole_and_bounded(self, tmp_path: Path, value: str) -> None:
        with pytest.raises(SettingsError, match="whole number"):
            load_settings({"max_upload_mib": value}, {})
        file = tmp_path / "plait.toml"
        file.write_text("max_upload_mib = true\n")
        with pytest.raises(SettingsError, match="whole number"):
            load_settings({}, {}, str(file))

    def test_a_number_may_be_a_number_in_the_file(self, tmp_path: Path) -> None:
        file = tmp_path / "plait.toml"
        file.write_text("max_upload_mib = 3\n")
        assert load_settings({}, {}, str(file)).max_upload_mib == 3

    def test_the_environment_can_name_the_file(self, tmp_path: Path) -> None:
        file = tmp_path / "plait.toml"
        file.write_text("demo = true\n")
        assert load_settings({}, {"PLAIT_CONFIG": str(file)}).demo is True

    def test_a_relative_data_folder_in_the_file_starts_at_the_file(self, tmp_path: Path) -> None:
        file = tmp_path / "plait.toml"
        file.write_text('data = "data"\n')
        assert load_settings({}, {}, str(file)).data == tmp_path.resolve() / "data"

    @pytest.mark.parametrize("given", [
        {"smtp": "mail.example.com"}, {"smtp": "smtp+plain://a:secret@mail.example.com"}, {"mail_from": "Team chat"},
        {"mail_from": "a@b\nBcc: c@d"}])
    def test_mail_that_could_not_work_is_refused(self, given: dict[str, str]) -> None:
        with pytest.raises(SettingsError) as refused:
            load_settings(given, {})
        assert "secret" not in str(refused.value)

    def test_an_empty_variable_counts_as_not_given(self) -> None:
        assert load_settings({}, {"PLAIT_LISTEN": "", "PLAIT_DEMO": ""}) == load_settings({}, {})

    def test_flags_can_be_turned_off_by_a_stronger_source(self, tmp_path: Path) -> None:
        file = tmp_path / "plait.toml"
        file.write_text("demo = true\n")
        assert load_settings({}, {"PLAIT_DEMO": "no"}, str(file)).demo is False

    def test_secret_options_are_known_to_be_secret(self) -> None:
        @dataclasses.dataclass
        class Declaration:
            token: str | None = option(None, "a token", secret=True)

        (token,) = options(Declaration)
        assert token.secret
        assert token.variable == "PLAIT_TOKEN"


class RefusalTests:
    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            ('external-url = "http://h"', "unknown key 'external-url'; did you mean 'external_url'?"),
            ("zzz = 1", "unknown key 'zzz'; known are listen, data"),
            ("listen = ", "is not valid TOML"),
            ("listen = 9991", "must be a text, not 9991"),
            ('listen = ""', "must not be empty"),
            ("demo = 1", "must be true or false, not 1"),
            ("demo = []", "must be true or false"),
            ("\udcff", "is not valid TOML"),
        ],
    )
    def test_a_bad_file_is_told_in_one_sentence(self, tmp_path: Path, content: str, complaint: str) -> None:
        file = tmp_path / "plait.toml"
        file.write_bytes(content.encode(errors="surrogateescape"))
        with pytest.raises(SettingsError) as raised:
            load_settings({}, {}, str(file))
        assert complaint in str(raised.value)
        assert str(file) in str(raised.value)
        assert "\n" not in str(raised.value)

    def test_a_missing_file(self) -> None:
        with pytest.raises(SettingsError, match=r"/nowhere/plait\.toml cannot be read: No such file"):
            load_settings({}, {}, "/nowhere/plait.toml")

    def test_a_file_beyond_any_sense_is_not_read(self, tmp_path: Path) -> None:
        file = tmp_path / "plait.toml"
        file.write_bytes(b"#" * 1_000_001)
        with pytest.raises(SettingsError, match="larger than"):
            load_settings({}, {}, str(file))

    @pytest.mark.parametrize("port", ["0", "65536", "x", "-1", "", "٣"])
    def test_a_port_that_is_none(self, port: str) -> None:
        with pytest.raises(SettingsError, match="--listen must name a port"):
            load_settings({"listen": f"tcp:{port}"}, {})

    @pytest.mark.parametrize(
        "url",
        ["chat.example.com", "ftp://h", "http://", "http://h/path", "http://u:p@h", "http://h:99999", "http://h?q"],
    )
    def test_an_external_url_that_is_none(self, url: str) -> None:
        with pytest.raises(SettingsError, match="--external-url must be"):
            load_settings({"external_url": url}, {})

    def test_a_flag_that_is_neither_true_nor_false(self) -> None:
        with pytest.raises(SettingsError, match="PLAIT_DEMO must be true or false, not 'perhaps'"):
            load_settings({}, {"PLAIT_DEMO": "perhaps"})


class AddressTests:
    @pytest.mark.parametrize(
        ("endpoint", "address", "url"),
        [
            ("tcp:9991:interface=127.0.0.1", ("127.0.0.1", 9991), "http://127.0.0.1:9991"),
            ("tcp:port=80", ("", 80), "http://localhost:80"),
            ("tcp:80:interface=0.0.0.0", ("0.0.0.0", 80), "http://localhost:80"),
            ("tcp6:80:interface=\\:\\:1", ("::1", 80), "http://[::1]:80"),
            ("unix:/run/plait.sock", ("", None), "http://localhost"),
        ],
    )
    def test_the_external_url_follows_from_the_endpoint(
        self, endpoint: str, address: tuple[str, int | None], url: str
    ) -> None:
        assert listen_address(endpoint) == address
        assert load_settings({"listen": endpoint}, {}).external_url == url

    def test_the_external_url_loses_its_last_slash(self) -> None:
        settings = load_settings({"external_url": "https://Chat.Example.com:8443/"}, {})
        assert settings.external_url == "https://chat.example.com:8443"


class DocumentationTests:
    def test_the_page_tells_every_option_by_all_its_names(self) -> None:
        page = (ROOT / "docs" / "configuration.md").read_text()
        rows = [line for line in page.splitlines() if line.startswith("| `--")]
        assert len(rows) == len(options())
        for item, row in zip(options(), rows, strict=True):
            assert f"| `{item.flag}" in row
            assert f"`{item.variable}`" in row
            assert f"`{item.name}`" in row
            if isinstance(item.default, str) and item.default:
                assert f"`{item.default}`" in row


def test_the_static_files_are_found_in_a_checkout() -> None:
    assert static_folder() in (ROOT / "static", ROOT / "prod-static")
