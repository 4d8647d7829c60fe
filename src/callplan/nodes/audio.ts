import { Type } from 'typebox';

import { defineNode, leaveBy, NORMAL_CLOSING } from '../node-definition.js';
import { audioProperty, property } from '../properties.js';
import { playPrompt } from '../runtime/prompts.js';

/** Plays audio to the A-party (platform.md §3). */
export const audioNode = defineNode({
  type: 'Audio',
  typeVersion: 1,
  summary: 'Plays one or more audio files to the caller.',
  settings: Type.Object(
    {
      audioFile: audioProperty('What is played, in order'),
      repeat: property(Type.Integer({ minimum: 1, maximum: 10 }), { description: 'How often it is played', default: 1 }),
      skipKeys: property(Type.String({ pattern: '^[0-9*#]*$', maxLength: 12, description: 'keys out of 0-9, * and #' }), {
        description: 'Keys that end the audio; other keys are kept for the next menu',
        default: '',
      }),
    },
    { additionalProperties: false },
  ),
  needs: 'answeredA',
  telephonyInteraction: true,
  entry: null,
  inSubPlans: true,
  branches: () => [{ name: 'Continue', mandatory: false, unconnected: NORMAL_CLOSING }],
  run: async (ctx) => {
    for (let round = 0; round < ctx.settings.repeat; round += 1) {
      const heard = await playPrompt(ctx, ctx.settings.audioFile, ctx.settings.skipKeys);
      if (heard.digit !== null || heard.failed) break;
    }
    return leaveBy('Continue');
  },
});
