import { status } from './receiver';
import { SlackWorkspace, shownIn } from './slack-workspace';
import { BOTH, RUN, STALLED, Story, usual } from './story';
import { slack, Teller, tell, until } from './telling';

const settled = (teller: Teller, upTo: number) =>
  until(`all ${upTo} are told`, () => teller.of('slack')?.upTo === upTo);

test('one message shows the present state, and is edited in place', async () => {
  const workspace = await SlackWorkspace.open();
  const story = new Story().enter('discover', 'Looking for the pair of pg-main.');
  const teller = new Teller([slack(workspace.url)], { uiUrl: 'https://ui.example' }).add(story.events);
  await settled(teller, 1);
  const [post] = workspace.posts;
  if (post === undefined) throw new Error('nothing was posted');
  expect(post.text).toBe('Switchback of my-project/pg-main: discover: Looking for the pair of pg-main.');
  const first = shownIn(post);
  for (const word of ['pg-main-recovery', 'ops@example.com', 'INC-123']) expect(first).toContain(word);
  expect(JSON.stringify(post.blocks)).toContain(
    `<https://ui.example/namespaces/default/workflows/${RUN.workflowId}/${RUN.runId}|`,
  );

  teller.add(story.enter('promote', 'Promoting pg-main.').events.slice(1));
  await settled(teller, 2);
  teller.add(story.end('switched-back').events.slice(2));
  await teller.end();
  expect(workspace.posts).toEqual([post]);
  expect(post.edits).toBe(2);
  expect(shownIn(post)).toContain(':white_check_mark: *It ended: switched-back.*');
  expect(shownIn(post)).toContain('Check that applications write.');
  expect(shownIn(post)).not.toContain('Looking for the pair');
});

test('an alarm, a need and the end are replies that the whole channel sees; nothing else is', async () => {
  const workspace = await SlackWorkspace.open();
  const { events } = new Story()
    .enter('approval')
    .need()
    .act()
    .enter('converge')
    .raise(BOTH)
    .clear(BOTH)
    .raise(STALLED)
    .end('given-up', 'critical');
  await tell([slack(workspace.url)], events);
  const [post] = workspace.posts;
  expect(workspace.replies.map(({ thread, isBroadcast }) => [thread, isBroadcast])).toEqual(
    Array.from({ length: 4 }, () => [post?.ts, true]),
  );
  const texts = workspace.replies.map(({ text }) => text);
  expect(texts[0]).toContain(':large_yellow_circle:');
  expect(texts[1]).toContain('both services are active');
  expect(texts[2]).toContain('nothing has moved');
  expect(texts[3]).toContain('It ended: given-up.');
});

test('a run that fell silent is called out, too', async () => {
  const workspace = await SlackWorkspace.open();
  await tell([slack(workspace.url)], new Story().enter('promote').silence().events);
  expect(workspace.replies.map(({ text }) => text)).toEqual([
    ':red_circle: *my-project/pg-main*: The run was terminated in Temporal and left no report.',
  ]);
});

test('while a person is needed, the commands and their JSON are there to be copied', async () => {
  const workspace = await SlackWorkspace.open();
  const story = new Story().enter('approval').need();
  const [answer] = story.events[1]?.need?.answers ?? [];
  const teller = new Teller([slack(workspace.url)]).add(story.events);
  await settled(teller, 2);
  const blocks = [`\`\`\`${answer?.command}\`\`\``, `\`\`\`${JSON.stringify(answer?.payload)}\`\`\``];
  const [post, reply] = workspace.messages;
  for (const block of blocks) {
    expect(shownIn(post as never)).toContain(block);
    expect(shownIn(reply as never)).toContain(block);
  }
  expect(shownIn(post as never)).toContain('(until 2026-11-23T04:37:00.000Z)');
  teller.add(story.act().enter('promote').events.slice(2));
  await settled(teller, 4);
  expect(shownIn(post as never)).not.toContain('```');
  await teller.stop();
});

test('whoever is behind edits once, and leaves out no reply', async () => {
  const workspace = await SlackWorkspace.open();
  workspace.receiver.answer = status(503);
  const { events } = new Story().enter('converge').raise(BOTH).clear(BOTH).raise(STALLED).enter('verify');
  const teller = new Teller([slack(workspace.url)]).add(events);
  await until('it fails', () => teller.of('slack')?.failing !== undefined);
  workspace.receiver.answer = workspace.answer;
  await teller.end();
  expect(workspace.calls).toEqual(['chat.postMessage', 'chat.postMessage', 'chat.postMessage']);
  expect(shownIn(workspace.posts[0] as never)).toContain('Now in verify.');
  expect(workspace.replies.map(({ text }) => text).join()).toMatch(
    /both services are active.*nothing has moved/,
  );
});

test('nothing in a text can call people or become a link', async () => {
  const workspace = await SlackWorkspace.open();
  const run = { ...RUN, reason: '<!channel> & <https://evil.example|here>', workflowId: 'a|b>c' };
  const { events } = new Story().enter('discover', 'x < y & <@U1>').raise({ ...BOTH, message: '<!here>' });
  await new Teller([slack(workspace.url)], { uiUrl: 'https://ui.example' }).add(events, run).end();
  const everything = JSON.stringify(workspace.messages);
  for (const markup of ['<!channel', '<!here', '<@U1', '<https://evil'])
    expect(everything).not.toContain(markup);
  expect(everything).toContain('x &lt; y &amp; &lt;@U1&gt;');
  expect(everything).toContain('a¦b&gt;c>');
});

test('long texts stay within the limits of Slack, and neither an escape nor a character is cut', async () => {
  const workspace = await SlackWorkspace.open();
  const run = { ...RUN, reason: '&'.repeat(5_000), primary: 'p'.repeat(200) };
  const { events } = new Story()
    .enter('discover', '<'.repeat(5_000))
    .raise({ ...BOTH, message: '>'.repeat(5_000) })
    .enter('promote', `x${'😀'.repeat(2_500)}`)
    .raise({ ...BOTH, message: `${'😀'.repeat(2_500)}` });
  await new Teller([slack(workspace.url)]).add(events, run).end();
  const texts = workspace.messages.flatMap(({ blocks }) =>
    blocks.flatMap(({ type, text, fields = [] }) => [
      ...(text === undefined ? [] : [{ limit: type === 'header' ? 150 : 3_000, text: text.text }]),
      ...fields.map((one) => ({ limit: 2_000, text: one.text })),
    ]),
  );
  expect(texts.length).toBeGreaterThan(5);
  for (const { limit, text } of texts) {
    expect(text.length).toBeLessThanOrEqual(limit);
    expect(text.replace(/&(amp|lt|gt);/g, '')).not.toContain('&');
    expect(() => encodeURIComponent(text)).not.toThrow();
  }
});

describe('when Slack says no, with the status 200', () => {
  test.each(['invalid_auth', 'channel_not_found', 'not_in_channel', 'internal_error', 'anything_new'])(
    '%s is tried again: somebody may mend it',
    async (error) => {
      const workspace = await SlackWorkspace.open();
      workspace.errors.push(error, error);
      const teller = await tell([slack(workspace.url)], usual().events.slice(0, 1));
      expect(workspace.calls).toHaveLength(3);
      expect(teller.attempts.map(({ problem }) => problem)).toEqual([
        `Slack: ${error}`,
        `Slack: ${error}`,
        undefined,
      ]);
    },
  );

  test('a message that is refused is given up', async () => {
    const workspace = await SlackWorkspace.open();
    workspace.errors.push('invalid_blocks');
    const teller = await tell([slack(workspace.url)], usual().events);
    expect(teller.of('slack')?.undelivered).toEqual([{ seq: 1, why: 'Slack: invalid_blocks' }]);
    expect(workspace.posts).toHaveLength(1);
    expect(workspace.replies).toHaveLength(1);
  });

  test('a message that somebody deleted is posted again', async () => {
    const workspace = await SlackWorkspace.open();
    const story = new Story().enter('discover');
    const teller = new Teller([slack(workspace.url)]).add(story.events);
    await settled(teller, 1);
    workspace.delete(workspace.posts[0]?.ts);
    teller.add(story.enter('promote').raise(BOTH).events.slice(1));
    await teller.end();
    expect(workspace.posts).toHaveLength(1);
    expect(workspace.replies).toMatchObject([{ thread: workspace.posts[0]?.ts }]);
  });

  test('also one that is deleted between the edit and the reply', async () => {
    const workspace = await SlackWorkspace.open();
    const { events } = new Story().raise(BOTH);
    workspace.receiver.answer = (request, response) => {
      if (workspace.calls.length === 1) workspace.delete(workspace.posts[0]?.ts);
      workspace.answer(request, response);
    };
    await tell([slack(workspace.url)], events);
    expect(workspace.posts).toHaveLength(1);
    expect(workspace.replies).toMatchObject([{ thread: workspace.posts[0]?.ts }]);
  });
});

test('the next worker edits the same message', async () => {
  const workspace = await SlackWorkspace.open();
  const story = new Story().enter('discover');
  const first = new Teller([slack(workspace.url)]).add(story.events);
  await settled(first, 1);
  await first.stop();
  const next = new Teller(first.sinks, { progress: structuredClone(first.progress) });
  await next.add(story.enter('promote').events).end();
  expect(workspace.messages).toMatchObject([{ edits: 1 }]);
});
