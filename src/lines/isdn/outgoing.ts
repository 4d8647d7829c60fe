import type { IsdnDialOptions } from '../../../native/addon/addon.js';
import type { IsdnTrunkSettings, SpanSettings } from '../../store/index.js';
import type { DialRequest } from '../../telephony/index.js';
import { calledNumber, callingName, callingNumber, reasonCode } from './numbers.js';

/** Q.931 §4.5.9: octets of a subaddress; longer ones no network carries. */
const LONGEST_SUBADDRESS = 20;

export interface OutgoingCall {
  readonly e164: string;
  readonly request: DialRequest;
  readonly isdn: IsdnTrunkSettings;
  /** Of the span that it leaves by. */
  readonly settings: SpanSettings | undefined;
  readonly country: string;
}

/** What the SETUP of a call carries, and how its number is sent. */
export function dialOptions({ e164, request, isdn, settings, country }: OutgoingCall): Omit<IsdnDialOptions, 'channel'> {
  const { cli, diversion, diversionReason, subaddresses } = request;
  const calling = callingNumber(cli.presentation, country);
  const name = carriesNames(settings) ? callingName(cli.presentation) : undefined;
  const redirecting =
    diversion === undefined ? undefined : callingNumber({ number: diversion, presentation: 'allowed', screening: 'unscreened' }, country);
  const calledSubaddress = subaddress(subaddresses?.called);
  const callingSubaddress = subaddress(subaddresses?.calling);
  return {
    exclusive: isdn.exclusive,
    bearer: 'speech',
    ...calledBy(e164, isdn, settings, country),
    ...(calledSubaddress === '' ? {} : { calledSubaddress }),
    ...(calling === undefined ? {} : { calling }),
    ...(name === undefined ? {} : { callingName: name }),
    ...(callingSubaddress === '' ? {} : { callingSubaddress }),
    ...(redirecting === undefined ? {} : { redirecting }),
    redirectReason: redirecting === undefined ? 0 : reasonCode(diversionReason ?? 'unconditional'),
  };
}

/** En bloc the number is whole; else the span has to know overlap sending, and the digits go all with the SETUP or one by one after it. */
function calledBy(e164: string, isdn: IsdnTrunkSettings, settings: SpanSettings | undefined, country: string) {
  const called = calledNumber(e164, isdn.numbering, country);
  const sending = settings?.overlap === true ? (isdn.sending ?? 'enBloc') : 'enBloc';
  switch (sending) {
    case 'enBloc':
      return { called };
    case 'open':
      return { called, furtherDigits: '' };
    case 'digitByDigit':
      return { called: { ...called, digits: '' }, furtherDigits: called.digits };
  }
}

/** EuroISDN has no caller's name towards the network (EN 300 403-1). */
function carriesNames(settings: SpanSettings | undefined): boolean {
  return settings?.switchType !== 'euroIsdn' || settings.side === 'network';
}

/** As far as IA5 has it. */
function subaddress(text: string | undefined): string {
  return (text ?? '').replaceAll(/[^\x20-\x7E]/g, '').slice(0, LONGEST_SUBADDRESS);
}
