// What a program made with zulip-js does; prints one JSON object. Run with the package's folder, then realm, address, password.
const [folder, realm, username, password] = process.argv.slice(2);
const zulipInit = require(require.resolve('zulip-js', {paths: [folder]}));

(async () => {
  const zulip = await zulipInit({username, password, realm});
  const seen = {};
  seen.profile = await zulip.users.me.getProfile();
  seen.subscriptions = await zulip.streams.subscriptions.retrieve();
  seen.made = await zulip.users.me.subscriptions.add({subscriptions: JSON.stringify([{name: 'from js'}])});
  seen.streams = await zulip.streams.retrieve();
  const channel = await zulip.streams.getStreamId('from js');
  seen.topicsBefore = await zulip.streams.topics.retrieve({stream_id: channel.stream_id});

  const heard = new Promise((resolve) => {
    zulip.callOnEachEvent((event) => {
      if (event.type === 'message' && event.message.content.includes('heard')) resolve(event.message);
    }, ['message']);
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  seen.sent = await zulip.messages.send({to: 'from js', type: 'stream', subject: 'café', content: 'to be heard'});
  seen.heard = await heard;
  seen.direct = await zulip.messages.send({to: JSON.stringify([seen.profile.user_id]), type: 'private', content: 'to myself'});
  seen.updated = await zulip.messages.update({message_id: seen.sent.id, content: 'to be **heard**'});
  seen.flagged = await zulip.messages.flags.add({messages: [seen.sent.id], flag: 'starred'});
  seen.reacted = await zulip.reactions.add({message_id: seen.sent.id, emoji_name: 'tada'});
  seen.found = await zulip.messages.retrieve({anchor: 'newest', num_before: 5, num_after: 0,
    narrow: [{operator: 'stream', operand: 'from js'}]});
  seen.rendered = await zulip.messages.render('**bold**');
  seen.typing = await zulip.typing.send({to: [seen.profile.user_id], op: 'start'});
  seen.emoji = await zulip.emojis.retrieve();
  seen.server = await zulip.server.settings();
  seen.wrong = await zulip.messages.send({to: 'nowhere', type: 'stream', subject: 'x', content: 'y'});
  seen.removed = await zulip.messages.deleteById({message_id: seen.direct.id});
  console.log(JSON.stringify(seen));
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
