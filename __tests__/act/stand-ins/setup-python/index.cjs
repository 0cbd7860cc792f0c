console.log('python3 of this machine');
