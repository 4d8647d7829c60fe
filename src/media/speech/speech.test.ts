import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { find, level, loudest, samplesOf } from '../../../test/support/audio.js';
import { testWav } from '../../../test/support/audio/wav.js';
import { scriptAs, speechSettings } from '../../../test/support/speech.js';
import { temporaryDirectory } from '../../../test/support/store.js';
import { silentLogger, SteppedClock, SystemClock, type Clock } from '../../core/index.js';
import type { SpeechEngine, Utterance, Voice } from './engine.js';
import { speakersOf, voiceFileFor } from './engines/espeak-voices.js';
import { enginesOf, type EngineSettings } from './engines/index.js';
import { lineAudioOf } from './line-audio.js';
import { Speech } from './speech.js';

const ENGLISH: Voice = { language: 'en-GB', gender: 'Female', name: null, ratePercent: 100 };
const TONE = testWav({ tag: 1, bits: 16, rate: 22_050, seconds: 0.5, signal: (at) => 0.5 * Math.sin(2 * Math.PI * 440 * at) });

let folder: string;
beforeEach(() => {
  folder = temporaryDirectory();
});

async function speechOf(engines: readonly SpeechEngine[], more: { readonly clock?: Clock; readonly cacheBytes?: number } = {}): Promise<Speech> {
  const common = { cacheFolder: path.join(folder, 'speech'), cacheBytes: 1_000_000, atOnce: 1, clock: new SystemClock(), logger: silentLogger };
  const speech = new Speech({ ...common, ...more, engines });
  await speech.start();
  return speech;
}
const speaking = (settings: Partial<EngineSettings> = {}, clock: Clock = new SystemClock()) =>
  speechOf(enginesOf(speechSettings(settings), clock), { clock });
/** A program in place of espeak-ng, which knows one voice. */
const espeakAs = (script: string) =>
  scriptAs(folder, 'engine', `case "$1" in --voices) echo ' 5  en-gb  --/M  English  gmw/en  (en 2)'; exit;; esac\n${script}`);
const refused = (name: string, more: object = {}) => ({ ...more, code: { name } });

/** An engine that counts: each text is a tone. */
class ToneEngine implements SpeechEngine {
  readonly name: string;
  readonly identity: string;
  readonly asked: Utterance[] = [];
  constructor(name = 'tones') {
    this.name = name;
    this.identity = name;
  }
  synthesise(utterance: Utterance): Promise<Buffer> {
    this.asked.push(utterance);
    return Promise.resolve(TONE);
  }
}

describe('espeak-ng', () => {
  it('speaks a text as long and as loud as speech is, at 8 kHz', async () => {
    const heard = samplesOf(await (await speaking()).render('Good morning. The office opens at nine.', ENGLISH));
    expect(heard.length / 8000).toBeGreaterThan(1.5);
    expect(heard.length / 8000).toBeLessThan(6);
    expect(level(heard)).toBeGreaterThan(-30);
    expect(level(heard)).toBeLessThan(-8);
  });

  it('speaks another text, voice, language and rate otherwise, and the same ones alike', async () => {
    const speech = await speaking();
    const speak = async (text: string, more: Partial<Voice> = {}) => samplesOf(await speech.render(text, { ...ENGLISH, ...more }));
    const hello = await speak('Hello there, office');
    const alike = (other: Float64Array) => find(loudest(hello), other).peak;
    expect(alike(await speak('Hello there, office'))).toBeGreaterThan(0.99);
    for (const other of [
      await speak('Please hold the line'),
      await speak('Hello there, office', { gender: 'Male' }),
      await speak('Hello there, office', { language: 'de' }),
      await speak('Hello there, office', { name: 'en-us' }),
    ])
      expect(alike(other)).toBeLessThan(0.8);
    expect((await speak('Hello there, office', { ratePercent: 200 })).length).toBeLessThan(hello.length * 0.7);
  });

  it.each([
    ['markup', '<speak>Hello <break time="60s"/> </speak>'],
    ['phonemes in brackets', '[[h@l@U]] hello'],
    ['control characters, bytes of nothing and half a letter', 'hel\u0000lo\u001b[0m \ud800 there'],
    ['what looks like an option', '--help -w /tmp/x hello'],
    ['other scripts and signs', 'Grüße, 你好, 🙂 £5'],
    ['a text of 4,000 characters', 'hello '.repeat(666)],
  ])(
    'takes %s for text',
    async (_name, text) => {
      expect(level(samplesOf(await (await speaking()).render(text, ENGLISH)))).toBeGreaterThan(-35);
    },
    60_000,
  );

  it.each([
    ['nothing', '', 'speechTextEmpty'],
    ['blanks and control characters', ' \t\r\n\u0000\u200b', 'speechTextEmpty'],
    ['stops', '...', 'speechTextEmpty'],
    ['100 kB', 'a'.repeat(100_000), 'speechTextTooLong'],
  ])('is never asked for %s', async (_name, text, code) => {
    const engine = new ToneEngine();
    const speech = await speechOf([engine]);
    await expect(speech.render(text, ENGLISH)).rejects.toMatchObject(refused(code, { problems: [{ path: '/text' }] }));
    expect(engine.asked).toEqual([]);
  });

  it.each([
    ['an unknown language', { language: 'zz' }],
    ['an unknown voice', { name: 'nobody' }],
    ['a path', { name: '/etc/passwd' }],
    ['an option', { name: '--version' }],
  ])('refuses %s in words, which is no fault of the engine', async (_name, voice) => {
    const speech = await speaking();
    await expect(speech.render('Hello', { ...ENGLISH, ...voice })).rejects.toMatchObject(refused('voiceNotSpoken'));
    expect(speech.finding).toBe('');
  });
});

describe('espeak-ng', () => {
  it.each(['/etc/passwd', '../../etc/passwd', 'gmw/../en', '--version', ''])('is never given "%s" for a voice', async (name) => {
    const program = espeakAs(`touch '${folder}/ran'; exit 1`);
    const speech = await speaking({ 'speech.espeakProgram': program });
    await expect(speech.render('Hello', { ...ENGLISH, name })).rejects.toMatchObject(refused('voiceNotSpoken'));
    expect(existsSync(`${folder}/ran`)).toBe(false);
  });

  it('speaks with a voice that is named by its file, and a variant', async () => {
    expect(level(samplesOf(await (await speaking()).render('Hello', { ...ENGLISH, name: 'gmw/en+f2' })))).toBeGreaterThan(-30);
  });

  it('is given no brackets that it takes for phonemes, and no characters that cannot be heard', async () => {
    const engine = new ToneEngine();
    await (await speechOf([engine])).render(' [[h@l@U]]\u0000 in\u00adfor\u200bmation\ud800\n\n<b>x</b> e\u0301 ', ENGLISH);
    expect(engine.asked[0]?.text).toBe('[ [h@l@U]] information <b>x</b> \u00e9');
  });
});

describe('the voices of espeak-ng', () => {
  const list = [
    'Pty Language       Age/Gender VoiceName          File                 Other Languages',
    ' 5  de              --/M      German             gmw/de               ',
    ' 5  en-gb-scotland  --/M      English_(Scotland) gmw/en-GB-scotland   (en 4)',
    ' 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)',
    ' 5  es-419          --/M      Spanish_(Latin_America) roa/es-419           (es-mx 6)(es 6)',
  ].join('\n');

  it.each([
    ['en-GB', 'gmw/en'],
    ['en', 'gmw/en'],
    ['en-AU', 'gmw/en'],
    ['en-GB-Scotland', 'gmw/en-GB-scotland'],
    ['de-AT', 'gmw/de'],
    ['es-MX', 'roa/es-419'],
    ['zz', null],
    ['Language', null],
  ])('of %s are asked for by the file %s', (language, file) => {
    expect(voiceFileFor(speakersOf(list), language)).toBe(file);
  });
});

describe('an engine program that', () => {
  it.each([
    ['is not there', null, 'speechEngineMissing', /install it/],
    ['crashes', 'kill -SEGV $$', 'speechEngineFailed', /SIGSEGV/],
    ['fails', 'cat >/dev/null; echo no voices today >&2; exit 3', 'speechEngineFailed', /exit code 3 no voices today/],
    ['reads nothing and fails', 'exit 1', 'speechEngineFailed', /exit code 1/],
    ['writes nothing', 'cat >/dev/null', 'speechEngineFailed', /empty/],
    ['writes no audio', 'cat', 'speechEngineFailed', /not a WAV/],
    ['writes without end', 'cat /dev/zero', 'speechEngineFailed', /more audio/],
  ])('%s is told as what it is, and as the finding', async (_name, script, code, words) => {
    const program = script === null ? path.join(folder, 'none') : espeakAs(script);
    const speech = await speaking({ 'speech.espeakProgram': program });
    await expect(speech.file('Hello', ENGLISH)).rejects.toMatchObject(refused(code, { message: expect.stringMatching(words) as string }));
    expect(speech.finding).toMatch(words);
    expect(readdirSync(path.join(folder, 'speech'))).toEqual([]);
  });

  it('speaks silence is told so', async () => {
    writeFileSync(path.join(folder, 'silent.wav'), testWav({ tag: 1, bits: 16, rate: 16_000, seconds: 1, signal: () => 0 }));
    const program = espeakAs(`cat >/dev/null; cat '${folder}/silent.wav'`);
    await expect((await speaking({ 'speech.espeakProgram': program })).render('Hello', ENGLISH)).rejects.toMatchObject(refused('speechEngineSilent'));
  });

  it('hangs is killed at its time limit, with all it started', async () => {
    const clock = new SteppedClock();
    const program = espeakAs(`sleep 600 & echo $! >'${folder}/pid'; wait`);
    const speech = await speaking({ 'speech.espeakProgram': program, 'speech.timeoutSeconds': 10 }, clock);
    const spoken = speech.render('Hello', ENGLISH).catch((error: unknown) => error);
    await expect.poll(() => existsSync(`${folder}/pid`) && readFileSync(`${folder}/pid`, 'utf8').trim()).toMatch(/^\d+$/);
    await clock.advance(9999);
    expect(speech.finding).toBe('');
    await clock.advance(1);
    expect(await spoken).toMatchObject(refused('speechEngineTimedOut'));
    const pid = readFileSync(`${folder}/pid`, 'utf8').trim();
    await expect.poll(() => !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2] === 'Z').toBe(true);
  });

  it('is given the text on its standard input and none of our secrets', async () => {
    const program = espeakAs(`cat >'${folder}/in'; echo "$@" >'${folder}/args'; env >'${folder}/env'; exit 1`);
    process.env['BRANCHLINE_TEST_SECRET'] = 'secret';
    await expect((await speaking({ 'speech.espeakProgram': program })).render('My PIN is 1234', ENGLISH)).rejects.toThrow();
    delete process.env['BRANCHLINE_TEST_SECRET'];
    expect(readFileSync(`${folder}/in`, 'utf8')).toBe('My PIN is 1234');
    expect(readFileSync(`${folder}/args`, 'utf8')).not.toMatch(/PIN/);
    expect(readFileSync(`${folder}/env`, 'utf8')).not.toMatch(/BRANCHLINE/);
  });
});

describe('a WAV from a pipe, whose size nobody knew when it was begun,', () => {
  it.each([0, 0x7fff_f000, 0xffff_ffff])('is taken whole where its header says %i', async (size) => {
    const wav = Buffer.from(TONE);
    wav.writeUInt32LE(size, 40);
    expect(samplesOf(await lineAudioOf('an engine', wav))).toHaveLength(4000);
  });
});

describe('Piper', () => {
  it('is given its model and the rate, a line of text, and is cached apart by its model', async () => {
    writeFileSync(path.join(folder, 'tone.wav'), TONE);
    const script = `cat >'${folder}/in'; echo "$@" >>'${folder}/args'; cat '${folder}/tone.wav'`;
    const settings = { 'speech.engine': 'piper', 'speech.piperProgram': scriptAs(folder, 'piper', script) } as const;
    for (const model of ['/voices/a.onnx', '/voices/b.onnx', '/voices/a.onnx'])
      await (await speaking({ ...settings, 'speech.piperModel': model })).file('Hello\nthere', { ...ENGLISH, ratePercent: 80 });
    expect(readFileSync(`${folder}/in`, 'utf8')).toBe('Hello there\n');
    const given = ['a', 'b'].map((model) => `--model /voices/${model}.onnx --length_scale 1.250 --output_file -`);
    expect(readFileSync(`${folder}/args`, 'utf8').trim().split('\n')).toEqual(given);
  });

  it('without a model is refused at the start', () => {
    expect(() => enginesOf(speechSettings({ 'speech.engine': 'piper' }), new SystemClock())).toThrow(/speech.piperModel/);
  });
});

describe('an engine behind HTTP', () => {
  let server: Server | null = null;
  const requests: { readonly authorization: string | undefined; readonly body: unknown }[] = [];

  async function serve(answer: RequestListener): Promise<string> {
    const own = createServer((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => (body += piece.toString()));
      request.on('end', () => {
        requests.push({ authorization: request.headers.authorization, body: JSON.parse(body) });
        answer(request, response);
      });
    });
    server = own;
    await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(own.address() as AddressInfo).port}/say`;
  }
  const only = (url: string, clock: Clock = new SystemClock()) => {
    const [http] = enginesOf(speechSettings({ 'speech.engine': 'http', 'speech.httpUrl': url, 'speech.httpToken': 'key' }), clock);
    return speechOf(http === undefined ? [] : [http], { clock });
  };

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    requests.length = 0;
  });

  it('is posted the utterance and its token, and its WAV is played at 8 kHz', async () => {
    const url = await serve((_request, response) => response.end(TONE));
    const heard = samplesOf(await (await only(url)).render('Hello', { ...ENGLISH, name: 'anna' }));
    expect(heard).toHaveLength(4000);
    expect(requests).toEqual([
      { authorization: 'Bearer key', body: { text: 'Hello', language: 'en-GB', gender: 'Female', ratePercent: 100, voice: 'anna' } },
    ]);
  });

  it.each([
    ['refuses', (_request, response) => response.writeHead(500).end('no'), 'speechEngineFailed', /answered 500/],
    ['has no such voice', (_request, response) => response.writeHead(422).end(), 'voiceNotSpoken', /no such voice/],
    ['sends it elsewhere', (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), 'speechEngineFailed', /302/],
    ['answers with a page', (_request, response) => response.end('<html>'), 'speechEngineFailed', /not a WAV/],
    ['cuts its audio off', (_request, response) => response.end(TONE.subarray(0, 5000)), 'speechEngineFailed', /cut off/],
    ['hangs up', (request) => request.socket.destroy(), 'speechEngineFailed', /failed/],
  ] as readonly [string, RequestListener, string, RegExp][])('that %s is told as what it is', async (_name, answer, code, words) => {
    const speech = await only(await serve(answer));
    await expect(speech.render('Hello', ENGLISH)).rejects.toMatchObject(refused(code, { message: expect.stringMatching(words) as string }));
  });

  it('that never answers is given up at its time limit', async () => {
    const clock = new SteppedClock();
    const speech = await only(await serve(() => undefined), clock);
    const spoken = speech.render('Hello', ENGLISH).catch((error: unknown) => error);
    await expect.poll(() => requests.length).toBe(1);
    await clock.advance(30_000);
    expect(await spoken).toMatchObject(refused('speechEngineTimedOut'));
  });

  it.each(['', 'nowhere', 'file:///etc/passwd'])('at "%s" is refused at the start', (url) => {
    expect(() => enginesOf(speechSettings({ 'speech.engine': 'http', 'speech.httpUrl': url }), new SystemClock())).toThrow(/speech.httpUrl/);
  });
});

describe('engines behind one another', () => {
  class FailingEngine extends ToneEngine {
    readonly #script = speechSettings({ 'speech.espeakProgram': '/nowhere' });
    override synthesise(utterance: Utterance): Promise<Buffer> {
      void super.synthesise(utterance);
      return enginesOf(this.#script, new SystemClock())[0]?.synthesise(utterance) ?? Promise.reject(new Error('no engine'));
    }
  }

  it('speak in place of one that fails, which is left alone for a while', async () => {
    const [better, other, clock] = [new FailingEngine('better'), new ToneEngine('other'), new SteppedClock()];
    const speech = await speechOf([better, other], { clock });
    await speech.render('Hello', { ...ENGLISH, name: 'anna' });
    expect([better.asked[0]?.voice.name, other.asked[0]?.voice.name]).toEqual(['anna', null]);
    expect(speech.finding).toMatch(/nowhere cannot be run/);
    await speech.render('Hello', ENGLISH);
    expect([better.asked.length, other.asked.length]).toEqual([1, 2]);
    await clock.advance(30_000);
    await speech.render('Hello', ENGLISH);
    expect([better.asked.length, other.asked.length]).toEqual([2, 3]);
  });

  it('tell the fault of the first where none can', async () => {
    const speech = await speechOf([new FailingEngine('better'), ...enginesOf(speechSettings(), new SystemClock())]);
    await expect(speech.render('Hello', { ...ENGLISH, language: 'zz' })).rejects.toMatchObject(refused('speechEngineMissing'));
  });

  it('are none where speech is switched off', async () => {
    await expect((await speaking({ 'speech.engine': 'none' })).render('Hello', ENGLISH)).rejects.toMatchObject(refused('speechOff'));
  });
});

describe('the cache', () => {
  const kept = () => readdirSync(path.join(folder, 'speech')).toSorted((a, b) => a.localeCompare(b));

  it('has a text spoken once, also by many at once and after a restart', async () => {
    const engine = new ToneEngine();
    const speech = await speechOf([engine]);
    const files = await Promise.all(Array.from({ length: 40 }, () => speech.file('Hello', ENGLISH)));
    files.push(await speech.file('  Hello\n', ENGLISH), await (await speechOf([engine])).file('Hello', ENGLISH));
    expect(new Set(files).size).toBe(1);
    expect(engine.asked).toHaveLength(1);
    expect(samplesOf(readFileSync(files[0] ?? ''))).toHaveLength(4000);
  });

  it('keeps what differs in text, voice, language, gender, rate or engine apart', async () => {
    const speech = await speechOf([new ToneEngine()]);
    const files = await Promise.all([
      speech.file('Hello', ENGLISH),
      speech.file('hello', ENGLISH),
      ...[{ name: 'x' }, { language: 'de' }, { gender: 'Male' }, { ratePercent: 99 }].map((more) =>
        speech.file('Hello', { ...ENGLISH, ...more } as Voice),
      ),
      (await speechOf([new ToneEngine('another')])).file('Hello', ENGLISH),
    ]);
    expect(new Set(files).size).toBe(7);
  });

  it('never serves what a kill or a power cut left: those files go at the start', async () => {
    const engine = new ToneEngine();
    const file = await (await speechOf([engine])).file('Hello', ENGLISH);
    const whole = readFileSync(file);
    const other = path.join(path.dirname(file), `${'0'.repeat(64)}.wav`);
    for (const [name, content] of [
      [file, whole.subarray(0, whole.length - 100)],
      [other, Buffer.alloc(whole.length)],
      [`${other}.tmp`, whole],
      [`${other}.previous`, whole],
      [path.join(folder, 'speech', 'README'), Buffer.from('foreign')],
    ] as const)
      writeFileSync(name, content);
    mkdirSync(path.join(folder, 'speech', 'folder'));
    const speech = await speechOf([engine]);
    expect(kept()).toEqual([]);
    expect(readFileSync(await speech.file('Hello', ENGLISH)).equals(whole)).toBe(true);
    expect(engine.asked).toHaveLength(2);
  });

  it('speaks again what somebody removed while it runs', async () => {
    const engine = new ToneEngine();
    const speech = await speechOf([engine]);
    rmSync(await speech.file('Hello', ENGLISH));
    expect(existsSync(await speech.file('Hello', ENGLISH))).toBe(true);
    expect(engine.asked).toHaveLength(2);
  });

  it('gives up what was used longest ago when it is full, and nothing that a call has just taken', async () => {
    const [engine, clock] = [new ToneEngine(), new SteppedClock()];
    const speech = await speechOf([engine], { clock, cacheBytes: 3 * 8044 });
    for (const text of ['a', 'b', 'c', 'd']) await speech.file(text, ENGLISH);
    expect(kept()).toHaveLength(4);
    await clock.advance(120_001);
    await speech.file('a', ENGLISH);
    await speech.file('e', ENGLISH);
    expect(kept()).toHaveLength(3);
    expect(engine.asked.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const text of ['a', 'd', 'e', 'b']) await speech.file(text, ENGLISH);
    expect(engine.asked.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd', 'e', 'b']);
  });

  it('that was made smaller keeps what was used last', async () => {
    const engine = new ToneEngine();
    const speech = await speechOf([engine]);
    const files = [await speech.file('old', ENGLISH), await speech.file('new', ENGLISH)];
    for (const [index, file] of files.entries()) utimesSync(file, 1000 + index, 1000 + index);
    await speechOf([engine], { cacheBytes: 10_000 });
    expect(kept()).toEqual([path.basename(files[1] ?? '')]);
  });

  it('that cannot be written says so', async () => {
    const speech = await speechOf([new ToneEngine()]);
    rmSync(path.join(folder, 'speech'), { recursive: true });
    writeFileSync(path.join(folder, 'speech'), 'in the way');
    await expect(speech.file('Hello', ENGLISH)).rejects.toMatchObject(
      refused('speechNotStored', { message: expect.stringMatching(/disk full/) as string }),
    );
  });

  it('whose folder cannot be had does not keep the box from starting', async () => {
    writeFileSync(path.join(folder, 'speech'), 'in the way');
    const speech = await speechOf([new ToneEngine()]);
    expect(samplesOf(await speech.render('Hello', ENGLISH))).toHaveLength(4000);
    await expect(speech.file('Hello', ENGLISH)).rejects.toMatchObject(refused('speechNotStored'));
  });

  it('refuses more than can wait, rather than letting callers wait long', async () => {
    const speech = await speechOf([new ToneEngine()]);
    const results = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => speech.file(`text ${index}`, ENGLISH)));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(failures).toHaveLength(50 - 33);
    expect(failures[0]).toMatchObject(refused('speechBusy'));
  });
});
