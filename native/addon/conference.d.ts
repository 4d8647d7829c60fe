// Conferences at the border between TypeScript and the C++ add-on (addon.d.ts).

import type { Created, Handle, NativeStatus } from './addon.js';

/** muted: not heard, but told of when it talks. listener: not even looked at. coach: hears all, and is heard by `coached` alone. */
export type MemberSettings = { readonly role: 'speaker' | 'muted' | 'listener' } | { readonly role: 'coach'; readonly coached: Handle };

export interface ConferenceCalls {
  /** A leg without a line: what is played to it all members hear, a recording of what it received has everything, `clear` ends it. */
  createConference(): Created;
  /** The leg hears all other members from the next frame on. wrongState: it is in a bridge or a conference. The handle is the membership's. */
  joinConference(conference: Handle, leg: Handle, settings: MemberSettings): Created;
  setConferenceMember(member: Handle, settings: MemberSettings): NativeStatus;
  leaveConference(member: Handle): NativeStatus;
}

export type ConferenceEvent =
  /** It has begun to talk, or has been silent for half a second. */
  | {
      readonly type: 'memberTalks';
      readonly atMs: number;
      readonly member: Handle;
      readonly leg: Handle;
      readonly conference: Handle;
      readonly talking: boolean;
    }
  /** Exactly one for each membership. */
  | {
      readonly type: 'memberEnded';
      readonly atMs: number;
      readonly member: Handle;
      readonly leg: Handle;
      readonly conference: Handle;
      readonly reason: 'left' | 'legEnded' | 'conferenceEnded';
    };
