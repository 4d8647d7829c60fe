/** Nodes of test plans. */

export const audio = (id: number, audioFile: unknown, next: number, settings: object = {}) => ({
  id,
  type: 'Audio',
  settings: { audioFile, ...settings },
  branches: { Continue: next },
});
export const deliver = (id: number, destination = '+441632960200', branches: object = {}) => ({
  id,
  type: 'Deliver Call',
  settings: { destination, ringSeconds: 20 },
  branches,
});
export const menu = (id: number, branches: object, settings: object = {}) => ({
  id,
  type: 'IVR Menu',
  settings: {
    promptAudio: 'menu',
    items: [
      { key: 'sales', digit: '1' },
      { key: 'star', digit: '*' },
    ],
    maxAttempts: 2,
    ...settings,
  },
  branches: { 'item:sales': 10, 'item:star': 11, ...branches },
});
/** Where a menu's choices lead: audio, then a conversation. */
export const choices = [audio(10, 'sales', 12), audio(11, 'support', 12), deliver(12)];
