/**
 * Where a leg goes or comes from: a number in E.164 ("+441632960200"), an extension ("ext:201") or a SIP address ("sip:anna@example.com")
 * (DESIGN.md §6.7). Made by `parseAddress`, so that whoever holds one need not check it again.
 */
export type Address =
  | { readonly kind: 'number'; readonly e164: string }
  | { readonly kind: 'extension'; readonly extension: string }
  | { readonly kind: 'sip'; readonly uri: string };

/** The wire form of an address. */
export function formatAddress(address: Address): string {
  switch (address.kind) {
    case 'number':
      return address.e164;
    case 'extension':
      return `ext:${address.extension}`;
    case 'sip':
      return address.uri;
  }
}
