/** UK geographic (01, 02), UK-wide (03) and freephone (080) numbers: the types of platform.md §1.2. */
const SERVICE_NUMBER = /^\+44(?:[123]\d{8,9}|80\d{7,8}|800\d{4})$/;
/** UK mobile numbers; 070 are personal numbers, 076 pagers but for 07624 (Ofcom, National Telephone Numbering Plan). */
const UK_MOBILE = /^\+447(?:[1-57-9]\d{8}|624\d{6})$/;

/** Whether a number's type may be a service number, and so the network CLI of calls. */
export function isServiceNumberType(e164: string): boolean {
  return SERVICE_NUMBER.test(e164);
}

/** Whether an account with the custom CLI permission may present the number. */
export function isPresentationNumberType(e164: string): boolean {
  return isServiceNumberType(e164) || UK_MOBILE.test(e164);
}
