import { AnalogueParty } from './analogue-party.js';
import { FarEnd } from './far-end.js';
import { IsdnParty } from './isdn-party.js';

/** The other side of the card that is in: an exchange on its FXS ports, a network on its spans 3 and 5. It ends with the card. */
export class FarSide {
  readonly #exchange: FarEnd;
  readonly #network: FarEnd;

  private constructor(exchange: FarEnd, network: FarEnd) {
    this.#exchange = exchange;
    this.#network = network;
  }

  static async start(): Promise<FarSide> {
    const exchange = await FarEnd.start('dahdi_exchange', ['1', '2', '3', '4']);
    return new FarSide(exchange, await FarEnd.start('dahdi_network', ['bri:bus:11:9', 'e1:e1:30:15']));
  }

  /** Somebody behind that port of the exchange's. */
  line(port: number): AnalogueParty {
    return new AnalogueParty(this.#exchange, port);
  }

  /** Somebody in the network, reached by that span. `calls`: the number he calls, as the network delivers it. */
  isdn(span: 'bri' | 'e1', calls = ''): IsdnParty {
    return new IsdnParty(this.#network, span, calls);
  }

  /** The network's end of the span's D channel is up: once for each time that it came up. */
  async up(span: 'e1'): Promise<void> {
    await this.#network.hears(`up ${span}`);
  }

  async down(span: 'e1'): Promise<void> {
    await this.#network.hears(`down ${span}`, 40_000);
  }

  /** Both programs have seen the card go. */
  async removed(): Promise<void> {
    await Promise.all([this.#exchange.hears('removed'), this.#network.hears('removed')]);
  }

  stop(): void {
    this.#exchange.stop();
    this.#network.stop();
  }
}
