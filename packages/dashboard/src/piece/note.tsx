import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";

/** A sentence that matters on this page, with at most one act. */
export function Note(props: {
  readonly tone: string;
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly act?: ReactNode;
}): ReactNode {
  return (
    <div className={`note ${props.tone} center`}>
      <Icon name={props.icon} />
      <div className="grow">
        <b>{props.title}</b> {props.children}
      </div>
      {props.act}
    </div>
  );
}
