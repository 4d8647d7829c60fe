/** A calling line identity. `number` is E.164 where it could be read, else the digits as delivered; absent where the line told none. */
export interface Cli {
  readonly number?: string;
  readonly name?: string;
  readonly presentation: 'allowed' | 'restricted' | 'unavailable';
  /** Who vouches for it: a trunk's P-Asserted-Identity is "network", a From header "unscreened". */
  readonly screening: 'network' | 'userVerified' | 'unscreened';
}

/** The two identities of a call (DESIGN.md §6.8): the network's, and what the called party is shown. */
export interface CliPair {
  readonly network: Cli;
  readonly presentation: Cli;
}
