import { type Static, Type } from 'typebox';

import { requireBoxOperator } from '../access.js';
import type { ApiDependencies } from '../dependencies.js';
import { Problem } from '../problem.js';
import { DateTime, iso, nullable, oneOf } from '../schemas.js';
import type { RouteModule } from './module.js';

const SystemView = Type.Object(
  {
    version: Type.String(),
    now: DateTime,
    clock: Type.Object({ trusted: Type.Boolean(), distrust: nullable(Type.String({ description: 'Why dated Scheduled Calls wait' })) }),
    scheduledCalls: Type.Object({
      running: Type.Boolean(),
      inProgress: Type.Integer(),
      unwritten: Type.Integer({ description: 'Attempts whose last state is not on the disk yet' }),
    }),
    health: Type.Array(Type.Object({ name: Type.String(), state: oneOf(['ok', 'degraded', 'failed']), detail: Type.String() })),
  },
  { $id: 'System' },
);

const tags = ['System'];

/** `/system`: what the box knows of itself, and the word of a person that its clock is right. */
export const systemRoutes: RouteModule = (server, dependencies) => {
  const { store, scheduler } = dependencies;
  server.get('/system', { schema: { operationId: 'getSystem', tags, response: { 200: SystemView, '4xx': Problem } } }, (request) => {
    requireBoxOperator(request, store);
    return view(dependencies);
  });

  server.post(
    '/system/clock/confirm',
    {
      schema: {
        operationId: 'confirmClock',
        tags,
        summary: 'The clock is right: dated Scheduled Calls that waited for this go on',
        response: { 200: SystemView, '4xx': Problem },
      },
    },
    (request) => {
      requireBoxOperator(request, store);
      scheduler.confirmClock();
      return view(dependencies);
    },
  );
};

function view({ version, clock, scheduler, health }: ApiDependencies): Static<typeof SystemView> {
  const { running, inProgress, unwritten, clockDistrust } = scheduler.status;
  return {
    version,
    now: iso(clock.now()),
    clock: { trusted: clockDistrust === null, distrust: clockDistrust },
    scheduledCalls: { running, inProgress, unwritten },
    health: health.report().map((part) => ({ ...part })),
  };
}
