/**
 * Whom a confined program is, when Writ runs as root: a user that owns nothing, in a range that distributions
 * keep free. For any other user the program keeps that user's rights to files, in a namespace of its own.
 */
export const SANDBOX_USER = { uid: 65_533, gid: 65_533 } as const;

export const runsAsRoot = process.getuid?.() === 0;

/** What programs that ask for their name find in `/etc/passwd` and `/etc/group`. */
export const PASSWD = `sandbox:x:${SANDBOX_USER.uid}:${SANDBOX_USER.gid}:sandbox:/tmp:/bin/sh\n`;
export const GROUP = `sandbox:x:${SANDBOX_USER.gid}:\n`;
