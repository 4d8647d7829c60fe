// The service over DAHDI's own code and a card whose other side is an exchange of the tests: callers come in on its lines, and Scheduled Calls go out on
// them. Of the card (vcard.conf) the FXO ports 5 to 8, the BRI span 4 and the E1 span 6 are the service's; their other sides the far end's.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import type { ApiClient } from '../../support/api-client.js';
import { noise } from '../../support/audio.js';
import type { Office } from '../../support/office.js';
import { promptThenB, recordingOf } from './calls.js';
import { FarSide } from './far-side.js';
import { RESULTS, check, must, pause, startService } from './guest.js';
import { openOffice } from './office.js';
import type { Party } from './party.js';

export class Service {
  private constructor(
    readonly api: ApiClient,
    readonly far: FarSide,
    readonly office: Office,
    private readonly prompt: Float64Array,
  ) {}

  static async start(): Promise<Service> {
    const api = await startService();
    const far = await FarSide.start();
    const prompt = noise(11, 2);
    const office = await openOffice(api, prompt);
    // DAHDI tells of no ringing for two seconds after a line was opened.
    await pause(2500);
    return new Service(api, far, office, prompt);
  }

  async callIn(name: string, caller: Party, b: Party, number: string, meanwhile?: () => Promise<void>): Promise<void> {
    await check(`${name}: the call is answered`, async () => {
      await caller.callIn();
      caller.record(recordingOf(name, 'prompt'));
    });
    await promptThenB({ name, prompt: this.prompt, a: caller, b, number, ...(meanwhile === undefined ? {} : { meanwhile }) });
  }

  async scheduleCall(name: string, serviceNumber: string, firstParty: Party, dialled: string, b: Party, number: string): Promise<void> {
    const request = await this.office.schedule(serviceNumber, `+44${dialled.slice(1)}`);
    await check(`${name}: the First Party is called and answers`, async () => {
      await firstParty.takeCall(dialled);
      firstParty.record(recordingOf(name, 'prompt'));
    });
    await promptThenB({ name, prompt: this.prompt, a: firstParty, b, number });
    await check(`${name}: the request ends completed, its First Party answered`, async () => {
      const finished = await this.office.finished(request.id);
      must(finished.state === 'completed' && finished.outcome === 'answered', `it is ${finished.state}, ${finished.outcome}`);
    });
  }

  /** What the service wrote down of all calls, for whoever looks into a failure: records.json among the results. */
  async keepRecords(): Promise<void> {
    const calls = await this.office.calls();
    const events = await Promise.all(calls.map(async ({ id }) => [id, await this.api.get(`/calls/${id}/events`)] as const));
    const records = { calls, cdrs: await this.office.cdrs(''), lines: await this.api.get('/lines'), events: Object.fromEntries(events) };
    writeFileSync(path.join(RESULTS, 'records.json'), JSON.stringify(records, null, 2));
  }
}
