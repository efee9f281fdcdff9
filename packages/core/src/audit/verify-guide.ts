/** The file `VERIFY.md` of every bundle: how to verify, in ten lines. */
export const VERIFY_GUIDE = `# How to verify this bundle

It needs nothing from the machine that made it, and no network.

    writ verify-bundle .
    node verify.mjs .        the same checks as one file without dependencies

Pin the log's key, and give the last checkpoint you saw of this log, if you have them:

    writ verify-bundle . --trust KEY --last-seen FILE

Exit 0: everything below holds. 5: something was changed; each finding names file, entry and field.
1: nothing contradicts, but the last-seen checkpoint could not be connected. 2: not a bundle, or a newer format.
`;
