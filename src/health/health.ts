/** A part's answer to "are you well?". */
export interface Health {
  readonly name: string;
  /** `degraded` works with something missing (a trunk is down); `failed` does not. */
  readonly state: 'ok' | 'degraded' | 'failed';
  readonly detail: string;
}

/** A part that can be asked. */
export type HealthCheck = () => Health;

/**
 * What the box knows of its own state. Ready means: start-up has ended, recovery included, and nothing that calls need has failed.
 */
export class HealthService {
  readonly #checks: HealthCheck[] = [];
  #started = false;
  #stopping = false;

  add(check: HealthCheck): void {
    this.#checks.push(check);
  }

  markStarted(): void {
    this.#started = true;
  }

  markStopping(): void {
    this.#stopping = true;
  }

  get ready(): boolean {
    return this.#started && !this.#stopping && this.report().every((health) => health.state !== 'failed');
  }

  /** Every part's state, in the order they were added. */
  report(): readonly Health[] {
    return this.#checks.map((check) => check());
  }
}
