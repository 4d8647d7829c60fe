import { WebSocket } from 'undici';

/** Blocks the JavaScript of a process that was started with `--inspect`, as a long loop of its own would. Resolves when it runs again. */
export async function blockJavaScript(inspectorUrl: string, milliseconds: number): Promise<void> {
  const socket = new WebSocket(inspectorUrl);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve());
      socket.addEventListener('error', () => reject(new Error(`cannot reach the inspector at ${inspectorUrl}`)));
    });
    const expression = `{ const end = Date.now() + ${milliseconds}; while (Date.now() < end); }`;
    const answered = new Promise<void>((resolve, reject) => {
      socket.addEventListener('message', ({ data }) => {
        const answer = JSON.parse(String(data)) as {
          readonly id?: number;
          readonly result?: { readonly exceptionDetails?: object };
          readonly error?: object;
        };
        if (answer.id !== 1) return;
        if (answer.error !== undefined || answer.result?.exceptionDetails !== undefined) reject(new Error(`the inspector answered ${String(data)}`));
        else resolve();
      });
    });
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
    await answered;
  } finally {
    socket.close();
  }
}
