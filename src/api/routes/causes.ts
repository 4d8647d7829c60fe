import { Type } from 'typebox';

import { OUTCOMES } from '../../core/index.js';
import { allCauses, allSipStatuses } from '../../telephony/index.js';
import { oneOf } from '../schemas.js';
import type { RouteModule } from './module.js';

const CauseView = Type.Object(
  {
    q850: Type.Integer(),
    text: Type.String(),
    outcome: oneOf(OUTCOMES),
    sipStatus: Type.Integer({ description: 'What a SIP caller is refused with (RFC 3398 §7.2.4.1)' }),
    lineRefusal: Type.Boolean({ description: 'The line refused before anybody could ring: the next trunk may be tried' }),
  },
  { $id: 'Cause' },
);
const SipStatusView = Type.Object(
  { status: Type.Integer(), q850: Type.Integer({ description: 'RFC 3398 §8.2.6.1' }), outcome: oneOf(OUTCOMES), lineRefusal: Type.Boolean() },
  { $id: 'SipStatus' },
);
const CauseTable = Type.Object({ causes: Type.Array(CauseView), sipStatuses: Type.Array(SipStatusView) }, { $id: 'CauseTable' });

/** `/causes`: what the causes and statuses in CDRs, attempts and events mean. */
export const causeRoutes: RouteModule = (server) => {
  server.get(
    '/causes',
    {
      schema: {
        operationId: 'listCauses',
        tags: ['Calls'],
        summary: 'Q.850 causes, outcomes and SIP statuses, in both directions',
        response: { 200: CauseTable },
      },
    },
    () => ({ causes: [...allCauses()], sipStatuses: [...allSipStatuses()] }),
  );
};
