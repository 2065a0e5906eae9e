"""Composition: every part is built here, from settings, a reactor and a database, and handed what it needs.

`Application` is what production (chat.tap) and tests run alike; nothing else knows all parts.
"""

from __future__ import annotations

import secrets
from functools import partial
from random import SystemRandom
from typing import Any

from klein import Klein
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.web.server import Site

from chat import i18n, manual
from chat.actions.accounts import SESSION_LIFETIME_S, Accounts
from chat.actions.activity import Activity
from chat.actions.alert_words import AlertWordActions
from chat.actions.automatic_policies import AutomaticPolicies
from chat.actions.avatars import Avatars
from chat.actions.bot_answers import BotAnswers, questions_to_bots
from chat.actions.bot_changes import BotChanges
from chat.actions.bot_storage import BotStorage
from chat.actions.bots import Bots
from chat.actions.channels import Channels
from chat.actions.credentials import Credentials
from chat.actions.default_channels import DefaultChannels
from chat.actions.deletions import Deletions
from chat.actions.demo import Demo
from chat.actions.domains import Domains
from chat.actions.drafts import Drafts
from chat.actions.edits import Edits
from chat.actions.emoji import OwnEmoji
from chat.actions.flags import Flags
from chat.actions.invitations import Invitations
from chat.actions.joining import Joining
from chat.actions.linkifiers import Linkifiers, Playgrounds
from chat.actions.muted_users import MutedUserActions
from chat.actions.new_members import NewMembers
from chat.actions.organisation import Organisations
from chat.actions.own_account import OwnAccount
from chat.actions.presence import PresenceActions
from chat.actions.profile_data import ProfileData
from chat.actions.profile_fields import ProfileFields
from chat.actions.push_devices import PushDevices
from chat.actions.reactions import Reactions
from chat.actions.realm import RealmSettings
from chat.actions.realm_pictures import RealmPictures
from chat.actions.recovery import Recovery
from chat.actions.retention import FIRST_S as RETENTION_FIRST_S
from chat.actions.retention import PERIOD_S as RETENTION_PERIOD_S
from chat.actions.retention import Retention
from chat.actions.scheduled_messages import ScheduledMessages
from chat.actions.sending import Consequence, Sending
from chat.actions.sign_ins import SignIns
from chat.actions.submessages import Submessages
from chat.actions.subscriptions import Subscriptions
from chat.actions.typing import Typing
from chat.actions.unused_files import FIRST_S as UNUSED_FIRST_S
from chat.actions.unused_files import PERIOD_S as UNUSED_PERIOD_S
from chat.actions.unused_files import UnusedFiles
from chat.actions.uploads import Uploads
from chat.actions.user_groups import UserGroupActions
from chat.actions.user_settings import UserSettingsActions
from chat.actions.user_status import UserStatuses
from chat.actions.user_topics import UserTopics
from chat.actions.users import Users
from chat.attachments import Attachments
from chat.bots import SIGNING_SECRET
from chat.bus import Bus
from chat.data_folder import kept_secret
from chat.database import activity as activity_sql
from chat.database import alert_words as alert_word_sql
from chat.database import bots as bot_sql
from chat.database import channels as channel_sql
from chat.database import domains as domain_sql
from chat.database import emoji as emoji_sql
from chat.database import linkifiers as linkifier_sql
from chat.database import muted_users as muted_user_sql
from chat.database import people as people_sql
from chat.database import presence as presence_sql
from chat.database import profile_fields as profile_field_sql
from chat.database import push_devices as push_device_sql
from chat.database import realm as realm_sql
from chat.database import saved_queues as saved_queue_sql
from chat.database import user_groups as user_group_sql
from chat.database import user_settings as user_setting_sql
from chat.database import user_status as user_status_sql
from chat.database import user_topics as user_topic_sql
from chat.database.messages import PREPARED
from chat.database.pool import Database
from chat.deferred_work import DeferredWork
from chat.demo import DEMO_PASSWORD, DEMO_PEOPLE
from chat.directory import Directory, Loaded
from chat.domains import DomainRules
from chat.embedded_bots import EMBEDDED_BOTS
from chat.events import saved
from chat.events.fanout import Fanout
from chat.events.message_updates import Consequence as UpdateConsequence
from chat.events.notifications import Notifications
from chat.events.queues import EventQueues
from chat.events.snapshot import Registration
from chat.external_images import ExternalImages
from chat.file_store import FileStore
from chat.history import History
from chat.letters import Letters
from chat.mail import Mailer, default_sender, host_name
from chat.mail_folder import MailFolder
from chat.mail_server import mail_server
from chat.markdown.names import LinkPreview
from chat.markdown.offload import MarkdownProcess
from chat.message_records import MessageRecords
from chat.metrics import Metrics
from chat.models import User
from chat.outbound import Outbound
from chat.permissions import Permissions
from chat.presence import Presences
from chat.protocols.websocket import SocketFactory
from chat.pushes import BrowserSender, HttpBouncer
from chat.ratelimit import RateLimits
from chat.resources.addresses import Proxies
from chat.resources.alert_words import AlertWordsResource
from chat.resources.api_pages import ApiPages
from chat.resources.arrival import Arrival
from chat.resources.assets import Assets
from chat.resources.avatars import AvatarPages, AvatarsResource
from chat.resources.bot_catalogue import catalogue
from chat.resources.bot_storage import BotStorageResource
from chat.resources.bots import BotsResource
from chat.resources.calls import CallsResource
from chat.resources.channels import ChannelsResource
from chat.resources.credentials import CredentialsResource
from chat.resources.demo_sign_in import DemoSignInResource
from chat.resources.domains import DomainsResource
from chat.resources.door import Authentication, BoundedRequest, RestDoor
from chat.resources.drafts import DraftsResource
from chat.resources.edits import EditsResource
from chat.resources.emoji import EmojiResource
from chat.resources.events import EventsResource
from chat.resources.external_images import ExternalImagePages
from chat.resources.figures import MetricsPage
from chat.resources.files import Callers, Files
from chat.resources.health import HealthPages
from chat.resources.incoming.resource import IncomingWebhooks
from chat.resources.intake import Intake
from chat.resources.invitations import InvitationsResource
from chat.resources.jobs import JobsResource
from chat.resources.language import LanguageChoice
from chat.resources.linkifiers import LinkifiersResource
from chat.resources.messages import MessagesResource
from chat.resources.muted_users import MutedUsersResource
from chat.resources.notes import Door
from chat.resources.pages.address import AddressPages
from chat.resources.pages.client import ClientPage
from chat.resources.pages.errors import ErrorPages
from chat.resources.pages.features import FeaturesPage
from chat.resources.pages.help import HelpPages
from chat.resources.pages.joining import JoiningPages
from chat.resources.pages.organisation import OrganisationPages
from chat.resources.pages.recovery import RecoveryPages
from chat.resources.pages.sign_in import SignInPages
from chat.resources.pages.site import PageSite
from chat.resources.pages.unsubscribe import UnsubscribePages
from chat.resources.presence import PresenceResource
from chat.resources.profile_fields import ProfileFieldsResource
from chat.resources.push import PushResource
from chat.resources.realm_pictures import RealmPicturesResource
from chat.resources.rest import Rest
from chat.resources.root import ChatSite, Root
from chat.resources.routes import Takes
from chat.resources.scheduled_messages import ScheduledMessagesResource
from chat.resources.server import ServerResource
from chat.resources.service_worker import ServiceWorkerPage
from chat.resources.settings import SettingsResource
from chat.resources.static import StaticFiles
from chat.resources.submessages import SubmessagesResource
from chat.resources.typing import TypingResource
from chat.resources.uploads import UploadsResource
from chat.resources.user_groups import UserGroupsResource
from chat.resources.user_status import UserStatusResource
from chat.resources.user_topics import UserTopicsResource
from chat.resources.users import UsersResource
from chat.resources.webhooks import services
from chat.resources.zcommands import ZcommandsResource
from chat.sealing import SECRET_BYTES, Seal
from chat.settings import Settings, StartError, allowed_networks
from chat.smtp import MailDelivery
from chat.temporary_links import TemporaryLinks
from chat.thumbnails import Pictures
from chat.unsubscribing import Unsubscribing
from chat.uploaded import MAX_PICTURE_MIB
from chat.url_preview import UrlPreviews
from chat.web_push import Vapid
from chat.workers.dormancy import Dormancy
from chat.workers.emails import Emails
from chat.workers.embed_links import EmbedLinks
from chat.workers.embedded_bots import EmbeddedBots
from chat.workers.missed_messages import MissedMessages
from chat.workers.outgoing_webhooks import OutgoingWebhooks
from chat.workers.presence import PresenceWriter
from chat.workers.push import Pushes
from chat.workers.rounds import Rounds
from chat.workers.scheduled_messages import ScheduledDelivery

KEEP_ALIVE_S = 120
THREADS = 4
NEW_MEMBERS_PERIOD_S = 600.0
_log = Logger("chat.app")


class Application:
    """One organisation's server, without the port it listens on."""

    def __init__(self, settings: Settings, reactor: Any, dsn: str) -> None:
        self.settings = settings
        self.reactor = reactor
        self.database = Database(reactor, dsn, prepare=PREPARED)
        self.directory = Directory(settings.external_url)
        self.bus = Bus()
        self._generation = int(reactor.seconds())
        self.queues = EventQueues(reactor, generation=self._generation)
        self.fanout = Fanout(self.queues, self.directory)
        self.bus.listen(self.directory.apply)
        self.presences = Presences(self.directory)
        self.bus.listen(self.presences.hear)
        self.bus.listen(self.fanout.process_event)
        self.languages = LanguageChoice(
            lambda user_id: self.directory.settings_of(user_id).default_language,
            lambda: self.directory.realm.default_language)
        self._greeting: list[str] = []
        self._is_open = False
        self.deferred_work = DeferredWork(self.database, reactor, SystemRandom().random)
        self.outbound = Outbound(reactor, settings.external_url, allowed_networks(settings.allowed_networks))
        self.consequences: list[Consequence] = []
        """What sent messages cause: each feature adds its own."""
        self._build_mail()
        self._build()

    def _build_mail(self) -> None:
        """Mail, and how it leaves."""
        settings, delivery = self.settings, None
        if settings.smtp is not None:
            try:
                delivery = MailDelivery(self.reactor, mail_server(settings.smtp), authorities=settings.smtp_authorities,
                                        own_name=host_name(settings.external_url))
            except (OSError, ValueError) as error:
                raise StartError(f"The authorities in --smtp-authorities cannot be used: {error}.") from None
        Emails(delivery, MailFolder(settings.data)).serve(self.deferred_work)
        self.unsubscribing = Unsubscribing(settings.external_url)
        self.mailer = Mailer(self.deferred_work, self.directory, self.reactor, Letters(),
                             sender=settings.mail_from or default_sender(settings.external_url),
                             delivers=delivery is not None)

    def _build(self) -> None:
        database, directory, bus, reactor = self.database, self.directory, self.bus, self.reactor
        self._proxies = Proxies(self.settings.trusted_proxies)
        self._assets = Assets(self.settings.static)
        self._arrival = Arrival(
            self._proxies, reactor, self.settings.external_url, self._assets.inline_scripts(),
            self.settings.data / "uploads" if self.settings.accel_redirect else None)
        self.markdown = MarkdownProcess(reactor)
        self.history = History(database, directory)
        self.limits = RateLimits(reactor, self.settings)
        self.metrics = Metrics()
        sign_ins = SignIns(directory, self.mailer, self.unsubscribing, reactor)
        self.accounts = Accounts(database, directory, bus, self._in_thread, self.limits, sign_ins)
        self.activity = Activity(database, directory, bus, reactor)
        self.dormancy = Dormancy(self.activity, reactor)
        self.user_settings = UserSettingsActions(database, directory, bus)
        self.presence = PresenceActions(self.presences, directory, bus, reactor)
        bus.listen(self.presence.hear)
        self.presence_writer = PresenceWriter(self.presences, database, reactor)
        self.seal = Seal(kept_secret(self.settings.data, "bot-keys", SECRET_BYTES))
        bot_changes = BotChanges(directory, self.seal)
        self.default_channels = DefaultChannels(database, directory, bus)
        self.users = Users(database, directory, bus, self.activity, bot_changes, self.default_channels)
        self.channels = Channels(database, directory, bus, self.markdown, self.activity, bot_changes,
                                 self.default_channels)
        self.permissions = Permissions(directory)
        self.bots = Bots(database, directory, bus, self.users, bot_changes, self.seal, self.permissions,
                         {name: bot.config for name, bot in EMBEDDED_BOTS.items()})
        self.profile_data = ProfileData(database, directory, bus, self.markdown)
        self.new_members = NewMembers(database, directory, bus, reactor)
        self.new_member_rounds = Rounds(
            "making full members", self.new_members.do_promote, reactor, NEW_MEMBERS_PERIOD_S)
        self.realm_settings = RealmSettings(database, directory, bus, self.new_members)
        self.subscriptions = Subscriptions(database, directory, bus, self.channels, self.activity,
                                           self.permissions, self.default_channels)
        self.organisations = Organisations(database, directory, bus)
        self._build_uploads(bot_changes)
        self._build_accounts()
        self._build_notifications()
        self.sending = Sending(database, directory, bus, reactor, self.markdown, self.attachments,
                               self.uploads.announce, self.deferred_work, self.consequences)
        self._build_answers()
        after_edits: list[UpdateConsequence] = [self.notifications.maybe_enqueue_notifications_for_message_update]
        self._build_previews()
        self.edits = Edits(database, directory, bus, reactor, self.history, self.sending, self.uploads.announce,
                           after_edits, self._known_previews)
        links = EmbedLinks(database, directory, self.sending, self.edits, self.url_previews, self.deferred_work)
        self.consequences.append(links.jobs_of)
        after_edits.append(links.enqueue_for_update)
        self.deletions = Deletions(database, directory, bus, reactor, self.history, self.uploads.announce)
        self.retention = Retention(directory, self.deletions, reactor)
        self.retention_rounds = Rounds("deleting old messages", self.retention.do_delete_overdue, reactor,
                                       RETENTION_PERIOD_S, RETENTION_FIRST_S)
        self.flags = Flags(database, directory, bus, self.history)
        self.reactions = Reactions(database, directory, bus, self.history)
        self.scheduled_messages = ScheduledMessages(database, directory, bus, self.sending, reactor)
        self.scheduled_delivery = ScheduledDelivery(self.scheduled_messages, reactor)
        bus.listen(self.scheduled_delivery.hear)
        registration = Registration(
            database, directory, self.presences, self.queues, self.settings, reactor,
            generation=self._generation, catalogue=catalogue(EMBEDDED_BOTS.values(), services().values()))
        authentication = Authentication(directory, self.accounts, reactor)
        self.demo_sign_in = DemoSignInResource(
            self.accounts, directory, self.settings.external_url, is_demo=self.settings.demo)
        rest = Rest(reactor, self.limits, self.metrics, database.count, self.activity.seen, self.languages.of_request)
        self.rest = rest
        for resource in (
                MessagesResource(self.sending, self.history, self.flags, self.reactions, directory,
                                 AutomaticPolicies(database, directory, bus)),
                EditsResource(self.edits, self.deletions,
                              MessageRecords(database, directory, self.history, self._in_thread), directory),
                UsersResource(self.users, self.accounts, self.profile_data, directory, self.history, self.bots),
                BotsResource(self.bots, self.avatars, directory),
                BotStorageResource(BotStorage(database)),
                ChannelsResource(self.channels, self.subscriptions, self.default_channels, directory, self.history),
                EventsResource(self.queues, registration, directory),
                AlertWordsResource(AlertWordActions(database, directory, bus), directory),
                PresenceResource(self.presence, self.presences, directory,
                                 reactor),
                TypingResource(Typing(directory, bus)),
                UserStatusResource(UserStatuses(database, directory, bus), self.user_settings, directory),
                UserTopicsResource(UserTopics(database, directory, bus), directory),
                MutedUsersResource(MutedUserActions(database, directory, bus)),
                DraftsResource(Drafts(database, directory, bus, reactor)),
                ScheduledMessagesResource(self.scheduled_messages),
                UploadsResource(self.uploads, self.attachments, self.links, reactor),
                SubmessagesResource(Submessages(database, directory, bus, self.history)),
                PushResource(self.push_devices, self.vapid, self.mailer),
                EmojiResource(self.own_emoji, directory),
                AvatarsResource(self.avatars),
                RealmPicturesResource(self.realm_pictures, directory),
                IncomingWebhooks(self.sending, directory, reactor, self._signing_secret),
                UserGroupsResource(UserGroupActions(database, directory, bus, self.permissions), directory),
                LinkifiersResource(Linkifiers(database, directory, bus), Playgrounds(database, directory, bus),
                                   directory),
                ProfileFieldsResource(ProfileFields(database, directory, bus), self.profile_data, directory),
                SettingsResource(self.user_settings, self.realm_settings, self.own_account, self.languages),
                InvitationsResource(self.invitations, directory, self.languages),
                CredentialsResource(self.credentials),
                DomainsResource(self.domains, directory),
                JobsResource(self.deferred_work),
                CallsResource(),
                ZcommandsResource(self.user_settings, directory),
                self.demo_sign_in,
                ServerResource(directory, self.settings, rest)):
            rest.add(resource.routes.bound(resource))
        self.sockets = {
            door: SocketFactory(door, rest, self.queues, authentication, reactor, self.settings.external_url, reactor,
                                self._proxies)
            for door in Door}
        for factory in self.sockets.values():
            self.fanout.on_credential_end(factory.end_credential)
        self._door = RestDoor(rest, authentication, reactor, directory, Intake(self.files, {
            Takes.FILE: self.settings.max_upload_mib, Takes.PICTURE: MAX_PICTURE_MIB,
            Takes.OPTIONAL_PICTURE: MAX_PICTURE_MIB}))
        callers = Callers(authentication)
        self._avatar_pages = AvatarPages(directory, self.files, self.pictures, callers)
        self._file_pages = Files(self.attachments, self.files, self.links, callers, reactor)
        self._build_figures()
        self._build_pages(authentication)

    def _build_accounts(self) -> None:
        """How people come in, and what they do with their accounts."""
        database, directory, bus = self.database, self.directory, self.bus
        domains = DomainRules(directory)
        self.domains = Domains(database, directory, bus)
        self.invitations = Invitations(database, directory, bus, self.mailer, self.permissions, domains)
        self.joining = Joining(database, directory, bus, self.users, self.mailer, domains, self.limits)
        self.recovery = Recovery(database, directory, bus, self.mailer, self.limits)
        self.own_account = OwnAccount(database, directory, bus, self.users, self.accounts, self.mailer,
                                      self.permissions, domains, self.limits)
        self.credentials = Credentials(database, directory, bus)

    def _build_pages(self, authentication: Authentication) -> None:
        """What a browser is shown beside the client."""
        site = PageSite(self.settings, self.directory, authentication, self.languages, self.reactor, self._assets)
        self._pages = (
            ClientPage(site, self._assets),
            SignInPages(site, self.accounts, self.joining, self.reactor),
            JoiningPages(site, self.accounts, self.joining, self.user_settings, self.mailer),
            RecoveryPages(site, self.accounts, self.recovery, self.mailer),
            AddressPages(site, self.own_account),
            OrganisationPages(site, self.accounts, self.organisations),
            UnsubscribePages(site, self.unsubscribing, self.user_settings, self.languages),
            FeaturesPage(site), HelpPages(site), ErrorPages(site))

    def _build_answers(self) -> None:
        """Bots that the server itself asks, or has asked, when someone speaks to them."""
        self.consequences.append(questions_to_bots(self.directory))
        answers = BotAnswers(self.database, self.directory, self.sending, self.reactor)
        self.embedded_bots = EmbeddedBots(EMBEDDED_BOTS, answers, self.database, self.directory, self.reactor,
                                          SystemRandom().random)
        self.embedded_bots.serve(self.deferred_work)
        self.outgoing_webhooks = OutgoingWebhooks(answers, self.outbound, self.directory)
        self.outgoing_webhooks.serve(self.deferred_work)

    def _build_previews(self) -> None:
        """What is found at the links in messages."""
        self.external_images = ExternalImages(self.outbound, Pictures(self.reactor), self.settings.data, self.reactor,
                                              self._in_thread)
        self.external_image_pages = ExternalImagePages(self.external_images)
        self.url_previews = UrlPreviews(self.database, self.outbound, self.external_images, self.reactor,
                                        self.settings.external_url)

    def _known_previews(self, content: str) -> dict[str, LinkPreview]:
        return self.url_previews.known_in(content) if self.directory.realm.inline_url_embed_preview else {}

    def _build_figures(self) -> None:
        """What /metrics tells beside requests."""
        gauge, database = self.metrics.gauge, self.database
        gauge("plait_event_queues", "Event queues that are kept.", lambda: len(self.queues))
        gauge("plait_event_queues_read", "Event queues that somebody reads just now.",
              lambda: sum(queue.is_read for queue in self.queues))
        gauge("plait_events_waiting", "Events kept in queues until they are acknowledged.",
              lambda: sum(len(queue.entries) for queue in self.queues))
        gauge("plait_sockets", "Open WebSockets, by door.", lambda: {
            (door.name.lower(),): len(factory.sockets) for door, factory in self.sockets.items()}, ("door",))
        gauge("plait_people", "Accounts that are not closed.",
              lambda: sum(user.is_active for user in self.directory.users.values()))
        gauge("plait_statements_total", "Statements run on the database.", lambda: database.statements)
        for figure, told in (("done", "Deferred jobs done, by queue."), ("retried", "Attempts that failed, by queue."),
                             ("failed", "Jobs given up, by queue."), ("ready", "Jobs at hand, by queue."),
                             ("running", "Jobs being done, by queue.")):
            gauge(f"plait_jobs_{figure}", told, partial(self._jobs_by_queue, figure), ("queue",))
        gauge("plait_database_connections", "Connections to the database, by what they do.", lambda: {
            (state,): count for state, count in database.figures().items()}, ("state",))

    def _jobs_by_queue(self, figure: str) -> dict[tuple[str, ...], float]:
        return {(name,): getattr(figures, figure) for name, figures in self.deferred_work.figures().items()}

    def _build_notifications(self) -> None:
        """Who is told of messages outside the chat, and how."""
        database, directory = self.database, self.directory
        self.notifications = Notifications(
            self.deferred_work, directory, self.queues, self.presences, self.reactor)
        self.missed_messages = MissedMessages(
            database, directory, self.deferred_work, self.mailer, self.unsubscribing)
        self.missed_messages.serve()
        self.vapid = Vapid(self.settings.external_url)
        phones = None
        if self.settings.push_bouncer is not None:
            phones = HttpBouncer(self.outbound, self.settings.push_bouncer, self.settings.external_url)
        self.push_devices = PushDevices(database, self.bus, phones)
        pushes = Pushes(database, directory, self.deferred_work, self.push_devices,
                        BrowserSender(self.outbound, self.vapid, self.reactor), phones)
        pushes.serve()
        self.bus.listen(pushes.hear)
        self.consequences.append(lambda checked, addressed: self.notifications.maybe_enqueue_notifications(
            checked.sender, checked.recipient, addressed.readers, addressed.flags,
            mentioned=checked.rendered.mentioned_user_ids, groups=checked.rendered.mentioned_group_ids))

    def _build_uploads(self, bot_changes: BotChanges) -> None:
        """Files and pictures that people upload."""
        database, directory, bus = self.database, self.directory, self.bus
        self.files = FileStore(self.settings.data, shared=self.settings.accel_redirect)
        self.pictures = Pictures(self.reactor)
        self.links = TemporaryLinks()
        self.attachments = Attachments(database, directory)
        self.uploads = Uploads(database, bus, self.files, self.pictures, self._in_thread, self.links,
                               self.settings.upload_quota_mib or None)
        self.unused_files = UnusedFiles(database, self.uploads, self.reactor)
        self.unused_file_rounds = Rounds("collecting unused files", self.unused_files.do_collect, self.reactor,
                                         UNUSED_PERIOD_S, UNUSED_FIRST_S)
        self.avatars = Avatars(database, directory, bus, self.files, self.pictures, self._in_thread, bot_changes)
        self.realm_pictures = RealmPictures(database, directory, bus, self.files, self.pictures, self._in_thread)
        self.own_emoji = OwnEmoji(database, directory, bus, self.files, self.pictures, self._in_thread)

    async def start(self) -> None:
        """Open the pool, load the Directory; an empty server gets its demo or a link to make an organisation."""
        i18n.load()
        manual.load()
        await self.database.start()
        await people_sql.delete_expired_sessions(self.database, SESSION_LIFETIME_S)
        await self.open()
        await self.uploads.start()
        await self.external_images.start()
        await self.url_previews.start()
        if self.settings.demo and self._demo_may_be_missing():
            await Demo(self.database, self.directory, self.accounts, self.organisations, self.users,
                       self.subscriptions, self.sending).seed()
        self.dormancy.start()
        self.new_member_rounds.start()
        self.retention_rounds.start()
        self.unused_file_rounds.start()
        self.presence_writer.start()
        self.scheduled_delivery.start()
        await self.deferred_work.start()
        self._greeting = await self._how_to_sign_in()

    async def open(self) -> None:
        """Take the organisation in from the database, where there is one."""
        self.seal.use(kept_secret(self.settings.data, "bot-keys", SECRET_BYTES))
        self.markdown.external_key = self.external_image_pages.key = kept_secret(
            self.settings.data, "external-content", SECRET_BYTES).hex()
        token = await saved_queue_sql.spend_token(self.database)
        await self._load()
        restored = saved.restore(self.queues, self.directory, self.settings.data, token)
        if restored:
            _log.info("{count} event queues are open again", count=restored)
        self.unsubscribing.start(await self._secret("unsubscribing"))
        self.vapid.start(await self._secret("web-push"))
        await self.sending.start()
        self._is_open = True

    async def _secret(self, name: str) -> bytes:
        """A key of the server's own, the same at every start."""
        return await self.database.transaction(lambda unit: people_sql.secret(unit, name, secrets.token_bytes(32)))

    def get_site(self) -> Site:
        """Everything that is served, for a port or for tests."""
        klein = Klein()
        self._door.mount(klein)
        for pages in self._pages:
            pages.mount(klein)
        self._file_pages.mount(klein)
        self._avatar_pages.mount(klein)
        self.external_image_pages.mount(klein)
        ServiceWorkerPage().mount(klein)
        MetricsPage(self.metrics).mount(klein)
        HealthPages(self.database.ask, self.reactor).mount(klein)
        StaticFiles(self._assets).mount(klein)
        ApiPages(self.rest, self._assets, self.settings.external_url).mount(klein)
        root = Root(
            klein, {door.value.encode() + b"/": door.name.lower() for door in Door},
            {door.value.encode() + b"/websocket": factory.web_resource() for door, factory in self.sockets.items()})
        return ChatSite(
            root, self.metrics.page, self.reactor, reactor=self.reactor, timeout=KEEP_ALIVE_S,
            parsePOSTFormSubmission=False,
            requestFactory=partial(BoundedRequest, receive=self._door.receive, arrived=self._arrival.receive))

    def greeting(self) -> list[str]:
        """What to print once the server is ready: how to sign in."""
        return self._greeting

    async def stop(self) -> None:
        """Answer the polls, close the sockets, end the writes under way, save the event queues, close the pool."""
        self.queues.stop()
        for factory in self.sockets.values():
            await factory.stop()
        await self.scheduled_delivery.stop()
        await self.deferred_work.stop()
        await self.markdown.stop()
        await self.pictures.stop()
        await self.external_images.stop()
        await self.url_previews.stop()
        await self.retention_rounds.stop()
        await self.unused_file_rounds.stop()
        await self.uploads.stop()
        await self.dormancy.stop()
        await self.new_member_rounds.stop()
        await self.presence_writer.stop()
        await self.database.end_writes()
        await self._save_queues()
        await self.database.stop()

    async def _save_queues(self) -> None:
        """Keep the event queues for the next server, now that nothing is written any more."""
        if not self._is_open:
            return
        token = secrets.token_bytes(16)
        try:
            saved.save(self.queues, self.settings.data, token)
            await saved_queue_sql.put_token(self.database, token)
        except Exception:
            _log.failure("the event queues could not be saved: clients will register anew")

    def _in_thread(self, function: Any, *args: Any) -> Deferred[Any]:
        return deferToThreadPool(self.reactor, self.reactor.getThreadPool(), function, *args)

    def _signing_secret(self, user: User) -> str | None:
        """The secret with which the service behind an incoming webhook signs; None where nobody gave one."""
        bot = self.directory.bots.get(user.id)
        return None if bot is None else bot.config.get(SIGNING_SECRET) or None

    def _demo_may_be_missing(self) -> bool:
        """Nobody is here yet, or seeding was interrupted: only the demo's own people are."""
        emails = {user.email for user in self.directory.users.values() if not user.is_system}
        return emails <= {person.email for person in DEMO_PEOPLE}

    async def _load(self) -> None:
        db = self.database
        realm, user_settings_defaults = await realm_sql.realm(db)
        self.directory.load(Loaded(
            organisation=await people_sql.organisation(db),
            realm=realm,
            now=self.reactor.seconds(),
            user_settings=await user_setting_sql.everyones(db),
            user_settings_defaults=user_settings_defaults,
            users=await people_sql.users(db),
            linkifiers=await linkifier_sql.linkifiers(db),
            playgrounds=await linkifier_sql.playgrounds(db),
            profile_fields=await profile_field_sql.fields(db),
            profiles=await profile_field_sql.values(db),
            groups=await user_group_sql.groups(db),
            bots=await bot_sql.bots(db, self.seal),
            channels=await channel_sql.channels(db),
            subscriptions=await channel_sql.subscriptions(db),
            former=await channel_sql.former_subscriptions(db),
            api_keys=await people_sql.api_keys(db),
            sessions=await people_sql.sessions(db),
            dormant=await activity_sql.dormant(db),
            alert_words=await alert_word_sql.everyones(db),
            topic_policies=await user_topic_sql.policies(db),
            push_receivers=await push_device_sql.receivers(db),
            muted_users=await muted_user_sql.muted_users(db),
            domains=await domain_sql.domains(db),
            emoji=await emoji_sql.all_emoji(db),
            statuses=await user_status_sql.statuses(db)))
        self.presences.load(await presence_sql.presences(db))

    async def _how_to_sign_in(self) -> list[str]:
        if self.directory.organisation is None:
            link = f"{self.settings.external_url}/new/{await self.organisations.new_link()}/"
            return ["Create your organisation (this link works once, for a day):", f"  {link}"]
        if self.settings.demo and self.directory.user_by_email(DEMO_PEOPLE[0].email) is not None:
            return [f"Sign in as {DEMO_PEOPLE[0].email} (or another of the demo's people) with the password "
                    f"{DEMO_PASSWORD}."]
        return ["Sign in with your e-mail address and password."]
