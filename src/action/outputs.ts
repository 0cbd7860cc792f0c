/** Outputs of the action that several modes set. */
import * as core from '@actions/core';
import { STATUS, type Status } from '../domain/status.ts';

/** An event that asks for nothing ends green. */
export function nothingToDo(): Status {
  core.setOutput('has-work', 'false');
  core.setOutput('has-reply', 'false');
  core.setOutput('shards', '[]');
  core.setOutput('status', STATUS.fine);
  core.setOutput('verdict', 'no watched library changed');
  return STATUS.fine;
}
