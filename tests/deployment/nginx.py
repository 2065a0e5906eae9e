"""nginx on deploy/nginx.conf, as an operator would set it up, in front of a running server.

The file is taken as it lies; changed is what it marks with CHANGE, and the ports, as a test has none below 1024.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.server import ROOT, RunningServer, free_port

CONF = ROOT / "deploy" / "nginx.conf"
DEADLINE_S = 20.0
HTTP = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
{user}
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    sendfile on;
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/plait.conf;
}}
"""


def find_nginx() -> str:
    """nginx, installed where it can be; the test is skipped, loudly, where it cannot."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    found = shutil.which("nginx", path=path)
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", "nginx"]):
            subprocess.run(["apt-get", *command], check=False, env=environment, capture_output=True, timeout=240)
        found = shutil.which("nginx", path=path)
    if found is None:
        pytest.skip("NGINX WAS NOT TESTED: it is missing here and could not be installed (apt-get install nginx)")
    return found


class Nginx:
    """A running nginx. `url` is where browsers go, `plain_url` its port without TLS."""

    def __init__(self, folder: Path, port: int, plain_port: int, static: Path) -> None:
        self.folder = folder
        self.port = port
        self.url = f"https://localhost:{port}"
        self.plain_url = f"http://localhost:{plain_port}"
        self._plain_port = plain_port
        self._static = static
        self.authority = folder / "certificate.pem"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, server: RunningServer) -> None:
        """Set it up in front of `server` and start it."""
        binary = find_nginx()
        make_certificate(self.authority, self.folder / "key.pem")
        (self.folder / "plait.conf").write_text(self._configured(server))
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(HTTP.format(folder=self.folder, user=user))
        self._process = subprocess.Popen([binary, "-c", str(self.folder / "nginx.conf")], stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + DEADLINE_S
        while not (self.folder / "nginx.pid").exists():
            assert self._process.poll() is None, (self.folder / "error.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(DEADLINE_S)

    def _configured(self, server: RunningServer) -> str:
        text = CONF.read_text()
        for shipped, here in (
            ("server 127.0.0.1:9991;", f"server 127.0.0.1:{server.port};"),
            ("listen 80;", f"listen 127.0.0.1:{self._plain_port};"),
            ("    listen [::]:80;\n", ""),
            ("listen 443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2;"),
            ("    listen [::]:443 ssl http2;\n", ""),
            ("server_name chat.example.com;", "server_name localhost;"),
            ("/etc/letsencrypt/live/chat.example.com/fullchain.pem", str(self.authority)),
            ("/etc/letsencrypt/live/chat.example.com/privkey.pem", str(self.folder / "key.pem")),
            ("alias /opt/plait/prod-static/;", f"alias {self._static}/;"),
            ("alias /var/lib/plait/uploads/;", f"alias {server.data}/uploads/;"),
            ("https://$host$request_uri", f"https://$host:{self.port}$request_uri"),
        ):
            assert shipped in text, shipped
            text = text.replace(shipped, here)
        return text


def make_certificate(certificate: Path, key: Path) -> None:
    """A certificate for localhost that vouches for itself."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256()))
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def ports() -> tuple[int, int]:
    """Two free ones."""
    first = free_port()
    second = free_port()
    while second == first:
        second = free_port()
    return first, second
