import { expose } from 'rxjs-parallel/worker';

expose({ double: (n) => 2 * n });
