/** Thrown while reading when what comes is for the server to judge. */
export class Unsure extends Error {}
