// The import rules of the README's architecture chapter: which room may import which. A plugin of the linter, because its own patterns can't say
// "anything of another room but its index".
import path from 'node:path';

/** Rooms that each room may import. `native/addon/addon.d.ts` (types) is open to the adapters and the composition root. */
const BASE = ['core'];
const CONFIG = [...BASE, 'config'];
const STORE = [...CONFIG, 'store'];
const ACCOUNTS = [...STORE, 'accounts'];
const TELEPHONY = [...ACCOUNTS, 'telephony'];
const MIDDLE = [...TELEPHONY, 'media-port', 'delivery'];
const MIDDLE_ROOMS = ['recordings', 'conference', 'queues', 'callplan', 'scheduler'];
const UPPER_ROOMS = ['alarms', 'reporting', 'update', 'health'];

const ALLOWED = {
  core: [],
  config: BASE,
  cards: BASE,
  store: BASE,
  accounts: STORE,
  telephony: ACCOUNTS,
  media: TELEPHONY,
  lines: TELEPHONY,
  modbus: TELEPHONY,
  delivery: TELEPHONY,
  ...Object.fromEntries(MIDDLE_ROOMS.map((room) => [room, MIDDLE])),
  ...Object.fromEntries(UPPER_ROOMS.map((room) => [room, [...MIDDLE, ...MIDDLE_ROOMS]])),
  ...Object.fromEntries(
    ['api', 'console', 'cli', 'designer'].map((room) => [room, [...MIDDLE, ...MIDDLE_ROOMS, ...UPPER_ROOMS, ...(room === 'cli' ? ['cards'] : [])]]),
  ),
};

const TIME_GLOBALS = new Set(['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval']);
const CLOCK_FILES = new Set(['core/clock.ts', 'core/stepped-clock.ts']);
const SQL = /^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE TABLE|PRAGMA)\b/;

function placeOf(filename) {
  const parts = filename.split(path.sep);
  const at = parts.lastIndexOf('src');
  return at === -1 ? null : parts.slice(at + 1);
}

function importCheck(context) {
  const own = placeOf(context.filename);
  return (node) => {
    const source = node.source?.value;
    if (own === null || own.length < 2 || typeof source !== 'string' || !source.startsWith('.')) return;
    const target = placeOf(path.resolve(path.dirname(context.filename), source));
    if (target === null || target[0] === own[0]) return;
    if (!(ALLOWED[own[0]] ?? []).includes(target[0])) {
      context.report({ node, message: `The room "${own[0]}" may not import "${target[0]}": declare a port and let service.ts wire it.` });
    } else if (target.length !== 2 || target[1] !== 'index.js') {
      context.report({ node, message: `Enter the room "${target[0]}" through its index.ts.` });
    }
  };
}

const rooms = {
  create(context) {
    const check = importCheck(context);
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};

/** No wall clock or timer outside core's clock. */
const clockPort = {
  create(context) {
    const own = placeOf(context.filename);
    if (own === null || CLOCK_FILES.has(own.join('/')) || context.filename.endsWith('.test.ts')) return {};
    return {
      CallExpression(node) {
        const { callee } = node;
        if (callee.type === 'Identifier' && TIME_GLOBALS.has(callee.name))
          context.report({ node, message: `Use the clock port instead of ${callee.name}.` });
        if (callee.type === 'MemberExpression' && callee.object.name === 'Date' && callee.property.name === 'now')
          context.report({ node, message: 'Use the clock port instead of Date.now.' });
        if (callee.type === 'MemberExpression' && callee.object.name === 'performance')
          context.report({ node, message: 'Use the clock port instead of performance.' });
      },
      NewExpression(node) {
        if (node.callee.name === 'Date' && node.arguments.length === 0)
          context.report({ node, message: 'Use the clock port instead of new Date().' });
      },
    };
  },
};

/** No SQL outside store. */
const sqlInStore = {
  create(context) {
    const own = placeOf(context.filename);
    if (own === null || own[0] === 'store') return {};
    const check = (node, text) => {
      if (typeof text === 'string' && SQL.test(text)) context.report({ node, message: 'SQL belongs in the store room.' });
    };
    return {
      Literal: (node) => check(node, node.value),
      TemplateElement: (node) => check(node, node.value.raw),
    };
  },
};

/** Only telephony parses numbers. */
const numbersInTelephony = {
  create(context) {
    const own = placeOf(context.filename);
    if (own === null || own[0] === 'telephony') return {};
    return {
      ImportDeclaration(node) {
        if (node.source.value.startsWith('libphonenumber-js')) context.report({ node, message: 'Numbers are parsed in the telephony room only.' });
      },
    };
  },
};

export default {
  meta: { name: 'branchline' },
  rules: { rooms, 'clock-port': clockPort, 'sql-in-store': sqlInStore, 'numbers-in-telephony': numbersInTelephony },
};
