import { testDeathsBy } from './worker-deaths';

testDeathsBy('SIGKILL');
