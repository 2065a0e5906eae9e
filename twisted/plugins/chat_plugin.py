"""Makes `twistd chat` known. Everything else is in `chat.tap`, which is imported only when asked for."""

from twisted.application.service import ServiceMaker

chat = ServiceMaker("chat", "chat.tap", "Plait: team chat", "chat")
