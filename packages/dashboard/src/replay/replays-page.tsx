export function ReplaysPage() {
  return null;
}
