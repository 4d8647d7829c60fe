/** What a setting's row says of its values. */
interface ValueRule {
  readonly type: 'string' | 'integer' | 'boolean' | 'choice' | 'list';
  readonly range?: readonly [number, number];
  readonly choices?: readonly string[];
}

export type ReadValue = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

/** Reads one value, from text or from YAML; the message of a refusal says what would be right. */
export function readValue(rule: ValueRule, raw: unknown): ReadValue {
  switch (rule.type) {
    case 'string':
      return typeof raw === 'string' || typeof raw === 'number' ? accept(String(raw)) : refuse('give a text');
    case 'integer':
      return readInteger(raw, rule.range);
    case 'boolean':
      return readBoolean(raw);
    case 'choice':
      return typeof raw === 'string' && rule.choices?.includes(raw) === true ? accept(raw) : refuse(`give one of ${(rule.choices ?? []).join(', ')}`);
    case 'list':
      return readList(raw, rule.choices);
  }
}

function readInteger(raw: unknown, range: readonly [number, number] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]): ReadValue {
  const value = typeof raw === 'string' && /^-?\d+$/.test(raw.trim()) ? Number(raw) : raw;
  const inRange = typeof value === 'number' && Number.isInteger(value) && value >= range[0] && value <= range[1];
  return inRange ? accept(value) : refuse(`give a whole number from ${range[0]} to ${range[1]}, not ${JSON.stringify(raw)}`);
}

function readBoolean(raw: unknown): ReadValue {
  if (raw === true || raw === 'true' || raw === '1' || raw === 1) return accept(true);
  if (raw === false || raw === 'false' || raw === '0' || raw === 0) return accept(false);
  return refuse(`give 1 or 0, not ${JSON.stringify(raw)}`);
}

function readList(raw: unknown, choices?: readonly string[]): ReadValue {
  const items: unknown = typeof raw === 'string' ? raw.split(',').map((item) => item.trim()) : raw;
  if (!Array.isArray(items) || items.length === 0) return refuse('give at least one, separated by commas');
  const wrong = (items as readonly unknown[]).find((item) => typeof item !== 'string' || (choices !== undefined && !choices.includes(item)));
  return wrong === undefined ? accept(items) : refuse(`${JSON.stringify(wrong)} is none of ${(choices ?? []).join(', ')}`);
}

function accept(value: unknown): ReadValue {
  return { ok: true, value };
}

function refuse(message: string): ReadValue {
  return { ok: false, message };
}
