/** BullMQ's worker, which gives a job to its processor even where the data is no JSON: that is then refused, by the job's id. */
import type { Job as BullJob, JobJson } from 'bullmq';
import { BullWorker } from '../shared/peers.ts';

export class JobWorker extends BullWorker {
  protected override createJob(fields: JobJson, id: string): BullJob {
    try {
      return super.createJob(fields, id);
    } catch {
      return super.createJob({ ...fields, data: 'null' }, id);
    }
  }
}
