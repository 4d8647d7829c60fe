export interface MaintenanceData {
  readonly directory: string;
}

/** What the maintenance thread is asked to do, one after another. */
export type MaintenanceTask = { readonly kind: 'checkpoint' } | { readonly kind: 'quickCheck' } | { readonly kind: 'copy'; readonly target: string };

export interface MaintenanceRequest {
  readonly id: number;
  readonly task: MaintenanceTask;
}

/** `value`: pages of the longer log after a checkpoint, what a check found ("ok"), or the path of a copy. `error`: why it failed. */
export interface MaintenanceReply {
  readonly id: number;
  readonly value: string | number | null;
  readonly error: string | null;
}
