import { epochMs, isJsonObject, parseStrict, toRfc3339, type JsonObject } from "@writ/core";
import type { Delivery, DestinationStatus, OutgoingStatus } from "@writ/runtime";

/** How it stands with everybody who is told outside, as programs see it. */
export function outgoingDocument({ destinations, deadElsewhere }: OutgoingStatus): JsonObject {
  return {
    destinations: destinations.map(({ newestError, events, ...status }) => ({
      ...status,
      events: [...events],
      newest_error: newestError,
    })),
    dead_elsewhere: deadElsewhere,
  };
}

/** A dead letter as programs see it. */
export function deadLetterDocument({ id, destination, event, body, createdAt, course }: Delivery): JsonObject {
  return {
    id,
    destination,
    event,
    subject: subjectOf(body),
    created_at: toRfc3339(epochMs(createdAt)),
    given_up_at: toRfc3339(epochMs(course.endedAt ?? createdAt)),
    attempts: course.attempts,
    status: course.status,
    error: course.error,
  };
}

/** The run or the approval that an event is about. */
export function subjectOf(body: string): string {
  const event = parseStrict(body);
  return isJsonObject(event) && typeof event["subject"] === "string" ? event["subject"] : "";
}

/** `timeout`, or `status 500`. */
export function errorWords({ status, error }: NonNullable<DestinationStatus["newestError"]>): string {
  const word = ERRORS[error ?? ""] ?? (error ?? "").replaceAll("_", " ");
  return status === null ? word : `${word} ${status}`.trim();
}

const ERRORS: Readonly<Record<string, string>> = {
  gone: "gone for good,",
  overflow: "too many waited",
  removed: "not configured any more",
  interrupted: "the process ended",
};
